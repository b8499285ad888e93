//! Which object belongs to which conversation.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ports::objects::SourceObject;
use crate::reading::normalise_number;

use super::address::{bucket_of, object_names};
use super::format::{Format, split_name};
use super::record::Conversation;

/// Every object and every conversation, sorted out. Numbers are positions in the slices given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matching {
    /// Conversation → its objects that are not empty, the one to migrate first.
    pub recordings: BTreeMap<usize, Vec<usize>>,
    /// Empty objects, with the conversation each belongs to.
    pub empty: Vec<(usize, Option<usize>)>,
    /// Audio objects that belong to no conversation.
    pub orphans: Vec<usize>,
    /// Objects whose name is no recording's.
    pub not_audio: Vec<usize>,
    /// Conversations with a source URI and no object, and why.
    pub missing: Vec<(usize, String)>,
}

/// Sorts objects out. `bucket` is the name of the bucket they are in, where it is known;
/// `prefer` comes before all other formats where no URI decides.
pub fn sort_out(
    objects: &[SourceObject],
    conversations: &[Conversation],
    bucket: Option<&str>,
    prefer: Option<Format>,
) -> Matching {
    let mut matching = Matching::default();
    let mut audio: HashMap<&str, (usize, Format)> = HashMap::new();
    let mut others: HashSet<&str> = HashSet::new();
    for (index, object) in objects.iter().enumerate() {
        match Format::of_name(&object.name) {
            Some(format) => {
                audio.insert(&object.name, (index, format));
            }
            None => {
                others.insert(&object.name);
                matching.not_audio.push(index);
            }
        }
    }

    let named = named_by_uri(conversations, &audio, bucket);
    let mut owners: HashMap<usize, Vec<(usize, bool)>> = HashMap::new();
    for (conversation, object) in &named {
        owners
            .entry(*object)
            .or_default()
            .push((*conversation, true));
    }

    let names = Names::of(conversations);
    let mut belonging: BTreeMap<usize, Vec<(usize, Format, bool)>> = BTreeMap::new();
    let mut in_order: Vec<_> = audio.values().copied().collect();
    in_order.sort_unstable_by_key(|(index, _)| *index);
    for (index, format) in in_order {
        let owners = owners.remove(&index).unwrap_or_else(|| {
            let found = objects
                .get(index)
                .and_then(|object| names.find(&object.name));
            found.map(|owner| (owner, false)).into_iter().collect()
        });
        let empty = objects.get(index).is_none_or(|object| object.size == 0);
        if owners.is_empty() && empty {
            matching.empty.push((index, None));
        } else if owners.is_empty() {
            matching.orphans.push(index);
        }
        for (owner, by_uri) in owners {
            if empty {
                matching.empty.push((index, Some(owner)));
            } else {
                let formats = belonging.entry(owner).or_default();
                formats.push((index, format, by_uri));
            }
        }
    }

    for (owner, mut formats) in belonging {
        formats.sort_by(|(a, a_format, a_named), (b, b_format, b_named)| {
            let (a, b) = (objects.get(*a), objects.get(*b));
            let rank = |format: &Format| (Some(*format) != prefer, *format);
            b_named
                .cmp(a_named)
                .then_with(|| rank(a_format).cmp(&rank(b_format)))
                .then_with(|| {
                    b.map(|object| object.size)
                        .cmp(&a.map(|object| object.size))
                })
                .then_with(|| {
                    a.map(|object| &object.name)
                        .cmp(&b.map(|object| &object.name))
                })
        });
        let objects = formats.into_iter().map(|(index, _, _)| index).collect();
        matching.recordings.insert(owner, objects);
    }

    let with_empty: HashSet<usize> = matching
        .empty
        .iter()
        .filter_map(|(_, owner)| *owner)
        .collect();
    for (index, conversation) in conversations.iter().enumerate() {
        let Some(uri) = conversation.source_uri() else {
            continue;
        };
        if !matching.recordings.contains_key(&index) && !with_empty.contains(&index) {
            matching
                .missing
                .push((index, why_missing(uri, bucket, &others)));
        }
    }
    matching
}

fn named_by_uri(
    conversations: &[Conversation],
    audio: &HashMap<&str, (usize, Format)>,
    bucket: Option<&str>,
) -> Vec<(usize, usize)> {
    let named = conversations
        .iter()
        .enumerate()
        .filter_map(|(index, conversation)| {
            let names = object_names(conversation.source_uri()?, bucket);
            let (object, _) = names.iter().find_map(|name| audio.get(name.as_str()))?;
            Some((index, *object))
        });
    named.collect()
}

fn why_missing(uri: &str, bucket: Option<&str>, others: &HashSet<&str>) -> String {
    if let (Some(found), Some(bucket)) = (bucket_of(uri), bucket)
        && found != bucket
    {
        return format!("it names the bucket {found}, and {bucket} was read");
    }
    if object_names(uri, bucket)
        .iter()
        .any(|name| others.contains(name.as_str()))
    {
        return "the object is there, but its name is no recording's".to_owned();
    }
    "there is no such object".to_owned()
}

/// Conversations by what file names may say.
struct Names<'a> {
    ids: HashMap<&'a str, usize>,
    case_numbers: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn of(conversations: &'a [Conversation]) -> Self {
        let mut names = Self {
            ids: HashMap::new(),
            case_numbers: HashMap::new(),
        };
        for (index, conversation) in conversations.iter().enumerate() {
            names.ids.entry(&conversation.id).or_insert(index);
            if let Some(number) = &conversation.case_number {
                names.case_numbers.entry(number).or_insert(index);
            }
        }
        names
    }

    /// By the normalised file name: an id before a case number. An id that normalising would
    /// change is found by the file name as it stands.
    fn find(&self, name: &str) -> Option<usize> {
        let (stem, _) = split_name(name)?;
        let normalised = normalise_number(stem);
        normalised
            .as_deref()
            .and_then(|text| self.ids.get(text).or_else(|| self.case_numbers.get(text)))
            .or_else(|| self.ids.get(stem))
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::record::Link;

    fn object(name: &str, size: u64) -> SourceObject {
        SourceObject {
            name: name.to_owned(),
            uri: format!("gs://b/{name}"),
            size,
            ..SourceObject::default()
        }
    }

    fn conversation(id: &str, case_number: Option<&str>, uri: Option<&str>) -> Conversation {
        Conversation {
            id: id.to_owned(),
            case_number: case_number.map(ToOwned::to_owned),
            audio_url: uri.map(ToOwned::to_owned),
            ..Conversation::default()
        }
    }

    fn sorted(objects: &[SourceObject], conversations: &[Conversation]) -> Matching {
        sort_out(objects, conversations, Some("b"), None)
    }

    fn of(matching: &Matching, owner: usize) -> &[usize] {
        matching.recordings.get(&owner).map_or(&[], Vec::as_slice)
    }

    #[test]
    fn a_uri_names_its_object_before_any_file_name_does() {
        let objects = [object("x/A.mp3", 1), object("y/B.mp3", 1)];
        let conversations = [
            conversation("A", None, Some("gs://b/y/B.mp3")),
            conversation("B", None, None),
        ];
        let matching = sorted(&objects, &conversations);
        assert_eq!(of(&matching, 0), [1, 0], "the one the URI names first");
        assert_eq!(of(&matching, 1), [] as [usize; 0], "B.mp3 is A's");
    }

    #[test]
    fn file_names_are_normalised_and_compared_with_ids_and_case_numbers() {
        let objects = [
            object("a/２０２５11\u{2013}IC001.MP3", 1),
            object("b/ 202511 - IC002 .wav", 1),
            object("202511-ic001.mp3", 1),
            object("raw\u{2013}id.ogg", 1),
        ];
        let conversations = [
            conversation("lead", Some("202511-IC001"), None),
            conversation("202511-IC002", None, None),
            conversation("raw\u{2013}id", None, None),
        ];
        let matching = sorted(&objects, &conversations);
        assert_eq!(of(&matching, 0), [0]);
        assert_eq!(of(&matching, 1), [1]);
        assert_eq!(of(&matching, 2), [3]);
        assert_eq!(matching.orphans, [2], "letters' case counts");
    }

    #[test]
    fn among_formats_the_order_decides_then_size_then_name() {
        let objects = [
            object("p/A.flac", 9),
            object("p/A.m4a", 5),
            object("q/A.mp3", 1),
            object("o/A.mp3", 1),
            object("p/A.mp3", 2),
        ];
        let conversations = [conversation("A", None, None)];
        assert_eq!(of(&sorted(&objects, &conversations), 0), [4, 3, 2, 1, 0]);
        let preferred = sort_out(&objects, &conversations, Some("b"), Some(Format::Flac));
        assert_eq!(of(&preferred, 0), [0, 4, 3, 2, 1]);
    }

    #[test]
    fn an_object_that_two_conversations_name_belongs_to_both() {
        let objects = [object("x.mp3", 1)];
        let conversations = [
            conversation("A", None, Some("gs://b/x.mp3")),
            conversation("B", None, Some("gs://b/x.mp3")),
        ];
        let matching = sorted(&objects, &conversations);
        assert_eq!(
            (of(&matching, 0), of(&matching, 1)),
            ([0].as_slice(), [0].as_slice())
        );
    }

    #[test]
    fn empty_objects_orphans_and_other_names_are_set_apart() {
        let objects = [
            object("A.mp3", 0),
            object("zzz.mp3", 0),
            object("yyy.mp3", 1),
            object("notes.txt", 5),
            object("folder/", 0),
        ];
        let conversations = [conversation("A", None, Some("gs://b/A.mp3"))];
        let matching = sorted(&objects, &conversations);
        assert_eq!(matching.empty, [(0, Some(0)), (1, None)]);
        assert_eq!(matching.orphans, [2]);
        assert_eq!(matching.not_audio, [3, 4]);
        assert!(
            matching.missing.is_empty(),
            "its object is there, though empty"
        );
    }

    #[test]
    fn a_conversation_whose_object_is_not_there_is_missing_and_says_why() {
        let objects = [object("x.txt", 1), object("C.ogg", 1)];
        let conversations = [
            conversation("A", None, Some("gs://b/A.mp3")),
            conversation("B", None, Some("gs://other/B.mp3")),
            conversation("X", None, Some("gs://b/x.txt")),
            conversation("C", None, Some("gs://b/C.wav")),
            conversation("D", None, None),
        ];
        let matching = sorted(&objects, &conversations);
        let missing: Vec<_> = matching.missing.iter().map(|(index, _)| *index).collect();
        assert_eq!(missing, [0, 1, 2], "C has another format of its recording");
        assert!(
            matching.missing[1].1.contains("other"),
            "{:?}",
            matching.missing
        );
        assert!(
            matching.missing[2].1.contains("no recording"),
            "{:?}",
            matching.missing
        );
    }

    #[test]
    fn a_linked_conversation_is_matched_by_what_it_held_before() {
        let mut linked = conversation("A", None, Some("https://pub/audio/2025/01/A.mp3"));
        linked.link = Some(Link {
            mapped: Some("gs://b/odd name.mp3".to_owned()),
            linked: "https://pub/audio/2025/01/A.mp3".to_owned(),
        });
        let matching = sorted(&[object("odd name.mp3", 1)], &[linked]);
        assert_eq!(of(&matching, 0), [0]);
    }
}
