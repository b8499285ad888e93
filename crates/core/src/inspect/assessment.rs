//! What an inspection tells: of the source, of each collection, and of each field.

use serde::Serialize;

/// What a source holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// Where it was read, without secrets.
    pub source: String,
    /// As of when, where the source has one point in time.
    pub read_time: Option<String>,
    /// What to know before migrating, the gravest first.
    pub findings: Vec<Finding>,
    /// The collections that were read, in byte order.
    pub collections: Vec<Collection>,
    /// Root collections that were not read, in byte order.
    pub not_read: Vec<String>,
    /// Subcollections, `cases/*/comments`, in byte order; `None` where nobody looked.
    pub subcollections: Option<Vec<String>>,
    /// The database that the configuration names, or only its project, `projects/P`.
    pub expected_database: Option<String>,
    /// Files that lie among the source's and that it does not read.
    pub aside: Vec<String>,
    /// Collections whose files could be read in part only, or not at all.
    pub broken_off: Vec<BrokenOff>,
}

impl Assessment {
    /// Whether a migration would take everything that is there.
    pub fn is_whole(&self) -> bool {
        self.not_to_be_taken() == 0 && self.broken_off.is_empty()
    }

    /// Documents that were read.
    pub fn documents(&self) -> u64 {
        self.collections
            .iter()
            .map(|collection| collection.documents)
            .sum()
    }

    /// Documents that could not be read.
    pub fn unreadable(&self) -> u64 {
        self.collections
            .iter()
            .map(|collection| collection.unreadable)
            .sum()
    }

    /// Documents that a migration cannot take: they cannot be read, or have their id in common
    /// with one of another database.
    pub fn not_to_be_taken(&self) -> u64 {
        let namesakes = self.collections.iter().map(|one| one.namesakes);
        self.unreadable() + namesakes.sum::<u64>()
    }

    /// Bytes of the documents that were read, as Firestore counts them.
    pub fn bytes(&self) -> u64 {
        self.collections
            .iter()
            .map(|collection| collection.sizes.total)
            .sum()
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// Something to act on before anything is moved.
    Act,
    /// Something that a mapping has to deal with.
    Decide,
    /// Something to know.
    Know,
}

/// One thing to know before migrating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub gravity: Gravity,
    /// Its stable name, `likely_secrets`.
    pub code: &'static str,
    /// What was found, in a sentence without its full stop.
    pub what: String,
    /// Where, and how often.
    pub places: Vec<String>,
    /// Places beyond those that are named.
    pub more_places: u64,
    /// What to do about it.
    pub advice: &'static str,
}

/// A collection that could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenOff {
    /// The collection.
    pub collection: String,
    /// Its documents that were read until then.
    pub documents: u64,
    /// The file, where it is known.
    pub place: Option<String>,
    /// Why, without contents.
    pub why: String,
}

/// A document that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unreadable {
    /// `cases.ndjson:17`
    pub place: String,
    /// Its id, where that could be read.
    pub id: Option<String>,
    /// Why, without contents.
    pub why: String,
}

/// A document and its size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sized {
    /// As Firestore counts it.
    pub bytes: u64,
    /// Its id.
    pub id: String,
}

/// Sizes of documents, as Firestore counts them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Sizes {
    /// Of all together, in bytes.
    pub total: u64,
    /// The largest, first.
    pub largest: Vec<Sized>,
    /// Documents below 1, 10, 100 and 900 KiB, and from there on.
    pub histogram: [u64; 5],
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Collection {
    /// Its name; empty for what could not be read and belongs to no known one.
    pub name: String,
    /// Documents that were read.
    pub documents: u64,
    /// Whether all of them were.
    pub whole: bool,
    /// Documents that could not be read.
    pub unreadable: u64,
    /// The first of them, by place.
    pub unreadable_examples: Vec<Unreadable>,
    /// Deliveries of documents that had been delivered before.
    pub repeated: u64,
    /// The databases that the documents' names say, the one with the most documents first.
    pub databases: Vec<Counted>,
    /// Documents that have their id in common with one of another database, and are not the one
    /// of them that counts.
    pub namesakes: u64,
    /// Documents without a field.
    pub empty: u64,
    /// Sizes.
    pub sizes: Sizes,
    /// First and last `createTime`, RFC 3339, where the source says.
    pub created: Option<[String; 2]>,
    /// First and last `updateTime`.
    pub updated: Option<[String; 2]>,
    /// Shapes of the ids, the most frequent first.
    pub id_shapes: Vec<Counted>,
    /// Ids whose shapes are not among them.
    pub other_ids: u64,
    /// Of how many ids one was compared with the others.
    pub ids_compared_one_in: u64,
    /// Ids that differ only by how they are written.
    pub similar_ids: Vec<Similar>,
    /// The fields, in byte order of their paths.
    pub fields: Vec<Field>,
    /// Paths that are not among them.
    pub more_paths: Estimate,
    /// Values at those paths.
    pub values_at_more_paths: u64,
}

/// Ids or values that are the same but for how they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Similar {
    /// How they are written, where that is known.
    pub written: Vec<String>,
    /// In how many ways.
    pub ways: u64,
}

/// Something, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// What.
    pub what: String,
    /// How often.
    pub count: u64,
}

/// A number that may be an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Estimate {
    /// The number.
    pub count: u64,
    /// Whether it is exact.
    pub exact: bool,
}

/// The least and the largest of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Numbers {
    /// The least; absent where the numbers are personal.
    pub least: Option<serde_json::Number>,
    /// The largest.
    pub most: Option<serde_json::Number>,
    /// Doubles with a fraction.
    pub with_fraction: u64,
    /// NaN and infinities.
    pub not_finite: u64,
    /// Integers that 32 bits do not hold.
    pub beyond_32_bits: u64,
}

/// Points in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Times {
    /// The earliest, RFC 3339.
    pub earliest: Option<String>,
    /// The latest.
    pub latest: Option<String>,
    /// How they are written, the most frequent first.
    pub forms: Vec<Counted>,
}

/// Lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lengths {
    /// The least.
    pub least: u64,
    /// The mean, rounded down.
    pub mean: u64,
    /// The largest.
    pub most: u64,
}

/// What texts look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Texts {
    /// Empty, or only white space.
    pub blank: u64,
    /// Characters of the others.
    pub characters: Option<Lengths>,
    /// Their forms, the most frequent first.
    pub forms: Vec<Counted>,
    /// Their shapes, the most frequent first, where they are few.
    pub shapes: Vec<Counted>,
    /// Values of a short list that stand in several documents, the most frequent first.
    pub choices: Vec<Counted>,
    /// With U+0000, which PostgreSQL cannot store.
    pub with_nul: u64,
    /// Identifiers with unusual dashes, full-width or invisible characters.
    pub oddly_written: u64,
    /// Longer texts with an e-mail address in them.
    pub mentioning_email: u64,
}

/// Documents that a field names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The collection.
    pub collection: String,
    /// Whether the values are references, rather than ids.
    pub references: bool,
    /// Different values that were looked up.
    pub checked: u64,
    /// Those whose document is not there.
    pub absent: u64,
    /// Some of them, in byte order.
    pub absent_examples: Vec<String>,
    /// Of how many values one was looked up.
    pub one_in: u64,
}

/// A field: all values at one path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Keys joined by `.`, `[]` for the elements of an array: `transcription.segments[].text`.
    pub path: String,
    /// How many steps it lies below the document.
    pub depth: u8,
    /// Documents with a value there.
    pub documents: u64,
    /// Values there.
    pub values: u64,
    /// Documents, maps or arrays that could hold one.
    pub of: u64,
    /// Types of the values, the most frequent first.
    pub types: Vec<Counted>,
    /// Whether types differ, null apart.
    pub mixed: bool,
    /// Different values, of what is no map and no array.
    pub distinct: Estimate,
    /// Where there are integers or doubles.
    pub numbers: Option<Numbers>,
    /// Where there are times in any form.
    pub times: Option<Times>,
    /// Where there is text.
    pub texts: Option<Texts>,
    /// `true`, where there are booleans.
    pub truths: Option<u64>,
    /// Elements of arrays, numbers of vectors, entries of maps, bytes.
    pub lengths: Option<Lengths>,
    /// Keys that were taken for data and brought together.
    pub data_keys: Option<u64>,
    /// Values, masked.
    pub samples: Vec<String>,
    /// Collections that references name.
    pub references: Vec<Counted>,
    /// References into other databases.
    pub foreign_references: u64,
    /// Documents that the values name.
    pub links: Vec<Link>,
    /// Values that are the same but for how they are written.
    pub similar: Vec<Similar>,
    /// Personal data that it seems to hold.
    pub personal: Option<&'static str>,
    /// Kinds of secrets that were seen.
    pub secrets: Vec<Counted>,
}
