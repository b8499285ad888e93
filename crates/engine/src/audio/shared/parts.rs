//! Which recordings fall to which unit.

use sunset_core::audio::plan::{Copy, Owner, Plan};
use sunset_core::audio::record::{ObjectRecord, Role};

/// What a worker planned, by the part that it falls to: looked through once, not for each unit.
pub struct Parts {
    /// Part and index, sorted.
    copies: Vec<(u32, usize)>,
    duplicates: Vec<(u32, usize)>,
}

impl Parts {
    /// All of a plan, in so many parts.
    pub fn new(plan: &Plan, of: u32) -> Self {
        let copies = plan.copies.iter().enumerate();
        let copies = copies.map(|(index, copy)| (part_of(copy, of), index));
        let records = plan.records.iter().enumerate();
        let duplicates = records.filter_map(|(index, record)| {
            let owner = record.conversation_id.as_deref();
            let owner = owner.filter(|_| record.role == Role::Duplicate)?;
            Some((part_of_name(owner, of), index))
        });
        Self {
            copies: sorted(copies),
            duplicates: sorted(duplicates),
        }
    }

    /// The recordings of one part, in the plan's order.
    pub fn copies<'a>(&'a self, plan: &'a Plan, part: u32) -> impl Iterator<Item = &'a Copy> {
        of_part(&self.copies, part).filter_map(|index| plan.copies.get(index))
    }

    /// The entries of other formats of a part's recordings.
    pub fn duplicates<'a>(
        &'a self,
        plan: &'a Plan,
        part: u32,
    ) -> impl Iterator<Item = &'a ObjectRecord> {
        of_part(&self.duplicates, part).filter_map(|index| plan.records.get(index))
    }
}

fn sorted(of_parts: impl Iterator<Item = (u32, usize)>) -> Vec<(u32, usize)> {
    let mut sorted: Vec<_> = of_parts.collect();
    sorted.sort_unstable();
    sorted
}

fn of_part(sorted: &[(u32, usize)], part: u32) -> impl Iterator<Item = usize> {
    let begin = sorted.partition_point(|(of, _)| *of < part);
    let rest = sorted.iter().skip(begin);
    rest.take_while(move |(of, _)| *of == part)
        .map(|(_, index)| *index)
}

/// The part that a recording falls to.
pub fn part_of(copy: &Copy, of: u32) -> u32 {
    let name = match &copy.owner {
        Owner::Conversation(conversation) => conversation.id.as_str(),
        Owner::Nobody => copy.candidates.first().map_or("", |object| &object.name),
    };
    part_of_name(name, of)
}

fn part_of_name(name: &str, of: u32) -> u32 {
    crc32c::crc32c(name.as_bytes()) % of.max(1)
}
