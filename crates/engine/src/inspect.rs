//! Looking at a source before anything is moved: read once, gather, tell. Nothing is written, and
//! there is nothing here to write with.

use futures::StreamExt;
use sunset_core::document::Delivery;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::inspect::{Assessment, Limits, Profile};
use sunset_core::ports::documents::DocumentSource;
use sunset_core::ports::progress::Progress;

/// What to look at, and how closely.
#[derive(Debug, Clone, Default)]
pub struct InspectOptions {
    /// Only these collections; all where none is named.
    pub collections: Vec<String>,
    /// Documents a collection, at the most.
    pub max_documents: Option<u64>,
    /// Whether to leave out the search for subcollections.
    pub no_subcollections: bool,
    /// How much is kept.
    pub limits: Limits,
}

/// Reads the source's collections and tells what is in them.
///
/// A collection whose file is damaged beyond reading on is told as far as it goes, and said to be
/// broken off.
///
/// # Errors
/// When the source cannot be read to its end otherwise, or nothing of it can: what is told must not
/// look whole when it is not. `NotFound` when a collection is named that the source does not hold.
pub async fn inspect(
    source: &dyn DocumentSource,
    options: &InspectOptions,
    progress: &dyn Progress,
) -> Result<Assessment> {
    let snapshot = source.open().await?;
    let all = source.collections().await?;
    let names = chosen(&options.collections, &all, &snapshot.source)?;
    let every: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut profile = Profile::new(&names, options.limits);
    progress.start("Inspecting", None);
    match options.max_documents {
        None => match read(source, &every, u64::MAX, &mut profile, progress).await {
            // Once more, a collection at a time: the others are not to be missed for one.
            Err(error) if is_damage(source, &error) => {
                profile = Profile::new(&names, options.limits);
                one_by_one(source, &every, u64::MAX, &mut profile, progress).await?;
            }
            read => read?,
        },
        // What is behind the limit is not read, and not paid for.
        Some(limit) => one_by_one(source, &every, limit, &mut profile, progress).await?,
    }
    progress.finish();
    let not_read: Vec<String> = all
        .iter()
        .filter(|name| !names.contains(name))
        .cloned()
        .collect();
    let subcollections = if options.no_subcollections {
        None
    } else {
        let mut others = source.not_planned(&every).await?;
        others.retain(|path| path.contains('/') || !all.contains(path));
        Some(others)
    };
    profile.expect_database(source.expected_database());
    profile.put_aside(source.aside().await?);
    Ok(profile.finish(&snapshot, not_read, subcollections))
}

/// The collections to read, each once.
fn chosen(wanted: &[String], all: &[String], source: &str) -> Result<Vec<String>> {
    if wanted.is_empty() {
        return Ok(all.to_vec());
    }
    let mut names = Vec::new();
    for name in wanted {
        if !all.contains(name) {
            let known: Vec<&str> = all.iter().map(String::as_str).collect();
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no collection {name:?}"),
            )
            .item(source)
            .remedy(format!("the collections are: {}", known.join(", "))));
        }
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    Ok(names)
}

/// Whether an error says that a file of the source is damaged. What is billed is not read again
/// for that.
fn is_damage(source: &dyn DocumentSource, error: &Error) -> bool {
    error.kind() == ErrorKind::Malformed && source.billed_reads().is_none()
}

/// Reads each of `collections`, those that are damaged as far as they go.
///
/// # Errors
/// The first damage where nothing could be read of any; every other error.
async fn one_by_one(
    source: &dyn DocumentSource,
    collections: &[&str],
    limit: u64,
    profile: &mut Profile,
    progress: &dyn Progress,
) -> Result<()> {
    let mut damage = None;
    let mut readable = false;
    for name in collections {
        match read(source, &[name], limit, profile, progress).await {
            Err(error) if is_damage(source, &error) => {
                let mut why = vec![error.what().to_owned()];
                why.extend(error.causes());
                profile.break_off(name, error.item_name(), why.join(": "));
                damage.get_or_insert(error);
                readable |= profile.documents(name) > 0;
            }
            read => {
                read?;
                readable = true;
            }
        }
    }
    match damage {
        Some(error) if !readable => Err(error),
        _ => Ok(()),
    }
}

/// Reads `collections` to their ends, or until `limit` deliveries were seen.
async fn read(
    source: &dyn DocumentSource,
    collections: &[&str],
    limit: u64,
    profile: &mut Profile,
    progress: &dyn Progress,
) -> Result<()> {
    let mut seen = 0;
    let mut deliveries = source.read(collections);
    while let Some(chunk) = deliveries.next().await {
        let chunk = chunk?;
        progress.advance(chunk.len() as u64);
        for delivery in chunk {
            if seen >= limit {
                collections.iter().for_each(|name| profile.cut(name));
                return Ok(());
            }
            seen += 1;
            match delivery {
                Delivery::Document(document) => profile.see(&document),
                Delivery::Bad(bad) => profile.see_bad(&bad),
            }
        }
    }
    Ok(())
}
