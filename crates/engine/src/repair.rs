//! Repairing the known faults of an older database.

use std::collections::HashMap;

use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::plans::schemas::PlanSchema;
use sunset_core::ports::progress::Progress;
use sunset_core::ports::schema::{FoundRows, SchemaReader, SchemaWriter};
use sunset_core::schema::diff::Directions;
use sunset_core::schema::live::LiveSchema;
use sunset_core::schema::name::qualified;
use sunset_core::schema::preflight::preflight;
use sunset_core::schema::repair::{self, Repair};
use sunset_core::schema::steps::{Blocked, Effect, Guard, Note, SchemaPlan, Stage, Step};

use crate::schema::{execute, look, withhold};

/// How often repairs are done again whose rows become fewer, while others write.
const ROUNDS: usize = 20;

/// A repair that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What it does.
    pub repair: Repair,
    /// The rows it is for, where it is for rows.
    pub rows: FoundRows,
    /// Whether steps of it were taken out, for rows stand in their way.
    pub in_part: bool,
}

/// Rows that are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What they are.
    pub what: String,
    /// What can be done about them.
    pub advice: String,
    /// The rows.
    pub rows: FoundRows,
}

/// What is wrong, and what will be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// Repairs that are due, in order.
    pub due: Vec<Due>,
    /// Rows that no repair can put right.
    pub listed: Vec<Listed>,
    /// Rows that lose a value to a repair; the ledger keeps it.
    pub losses: Vec<Listed>,
    /// What cannot be repaired.
    pub refused: Vec<Note>,
    /// Steps that rows stand in the way of.
    pub blocked: Vec<Blocked>,
    live: LiveSchema,
    owner: Option<String>,
}

impl Diagnosis {
    /// Checks that the connecting role may do what is due, and that who is to own rows is somebody.
    ///
    /// # Errors
    /// `Denied`; `NotFound` for an owner that is named and is nobody.
    pub fn preflight(&self) -> Result<()> {
        let is_owner = |item: &String| Some(item) == self.owner.as_ref();
        let unknown = |blocked: &&Blocked| {
            blocked.what.ends_with(repair::UNKNOWN_OWNER) && blocked.sample.iter().any(is_owner)
        };
        if let Some(blocked) = self.blocked.iter().find(unknown) {
            return Err(Error::new(
                ErrorKind::NotFound,
                "there is no user whom MIGRATION_USER_ID names; nothing was done",
            )
            .item(blocked.sample.join(", "))
            .remedy(blocked.advice.clone()));
        }
        let steps: Vec<_> = self
            .due
            .iter()
            .flat_map(|due| due.repair.steps.clone())
            .collect();
        preflight(&steps, &self.live)
    }

    /// How many of its repairs are done, and how many but for some of their steps, by what `after`
    /// says stayed.
    pub fn done(&self, after: &Self) -> (usize, usize) {
        let stayed = |step: &Step| after.blocked.iter().any(|each| each.title == step.title);
        let in_part = |due: &&Due| due.in_part || due.repair.steps.iter().any(stayed);
        let in_part = self.due.iter().filter(in_part).count();
        (self.due.len() - in_part, in_part)
    }

    /// Whether something needs a person.
    pub fn is_incomplete(&self) -> bool {
        !self.listed.is_empty() || !self.refused.is_empty() || !self.blocked.is_empty()
    }
}

/// Probes for every known fault. `owner` is `MIGRATION_USER_ID`.
///
/// # Errors
/// Those of the database.
pub async fn diagnose(
    reader: &dyn SchemaReader,
    wanted: &PlanSchema,
    owner: Option<&str>,
) -> Result<Diagnosis> {
    let live = look(reader, wanted, &Directions::default()).await?;
    let plan = repair::plan(&wanted.schema, &wanted.faults, &live, owner);
    let mut diagnosis = Diagnosis {
        refused: plan.refused.clone(),
        live,
        owner: owner.map(str::to_owned),
        ..Diagnosis::default()
    };
    for repair in &plan.repairs {
        let rows = match &repair.probe {
            Some(probe) => reader.find(&probe.violators).await?,
            None => FoundRows::default(),
        };
        if repair.structural || rows.count > 0 {
            diagnosis.due.push(Due {
                repair: repair.clone(),
                rows,
                in_part: false,
            });
        }
    }
    // Tables that the first repair renames are asked by their present names.
    let present: Vec<_> = plan
        .renamed
        .iter()
        .map(|(new, old)| {
            let of = |table| qualified(&wanted.schema.namespace, table);
            (of(new), format!("(SELECT ctid, * FROM {})", of(old)))
        })
        .collect();
    for due in &mut diagnosis.due {
        let blocked = withhold_where(reader, &mut due.repair, &present, |step| {
            matches!(step.stage, Stage::Data | Stage::Convert)
                || matches!(step.effect, Effect::ChangesType { .. })
        })
        .await?;
        due.in_part |= !blocked.is_empty();
        diagnosis.blocked.extend(blocked);
    }
    diagnosis.due.retain(|due| !due.repair.steps.is_empty());
    // Where nothing comes before it, what stands in the way of the last repair stands there now.
    if let [only] = diagnosis.due.as_mut_slice() {
        let blocked = withhold_where(reader, &mut only.repair, &present, |_| true).await?;
        only.in_part |= !blocked.is_empty();
        diagnosis.blocked.extend(blocked);
    }
    diagnosis.due.retain(|due| !due.repair.steps.is_empty());
    diagnosis.listed = list(reader, &plan.lists).await?;
    diagnosis.losses = list(reader, &plan.losses).await?;
    if diagnosis.due.is_empty() {
        let remains = list(reader, &plan.remains).await?;
        diagnosis.listed.extend(remains);
    }
    Ok(diagnosis)
}

/// Takes out the steps that rows stand in the way of, among those that `asked` holds for.
async fn withhold_where(
    reader: &dyn SchemaReader,
    repair: &mut Repair,
    present: &[(String, String)],
    asked: impl Fn(&Step) -> bool,
) -> Result<Vec<Blocked>> {
    let (asked, mut steps): (Vec<_>, Vec<_>) = repair.steps.iter().cloned().partition(asked);
    let all = asked.len();
    let mut plan = SchemaPlan {
        steps: asked,
        present: present.to_vec(),
        ..SchemaPlan::default()
    };
    withhold(reader, &mut plan).await?;
    if plan.steps.len() < all {
        steps.append(&mut plan.steps);
        repair.steps.retain(|step| steps.contains(step));
    }
    Ok(plan.blocked)
}

async fn list(reader: &dyn SchemaReader, guards: &[Guard]) -> Result<Vec<Listed>> {
    let mut listed = Vec::new();
    for guard in guards {
        let rows = reader.find(&guard.violators).await?;
        if rows.count > 0 {
            listed.push(Listed {
                what: guard.what.clone(),
                advice: guard.advice.clone(),
                rows,
            });
        }
    }
    Ok(listed)
}

/// Repairs what is due, and diagnoses again: that is the verification. What the second diagnosis
/// still finds due did not help.
///
/// # Errors
/// `Denied` before anything is done when a permission is missing; those of the database. What was
/// repaired before stays repaired, and starting again goes on.
pub async fn repair(
    reader: &dyn SchemaReader,
    writer: &dyn SchemaWriter,
    wanted: &PlanSchema,
    owner: Option<&str>,
    diagnosis: &Diagnosis,
    progress: &dyn Progress,
) -> Result<Diagnosis> {
    diagnosis.preflight()?;
    let steps = diagnosis
        .due
        .iter()
        .map(|due| due.repair.steps.len() as u64);
    progress.start("repair", Some(steps.sum()));
    let namespace = &wanted.schema.namespace;
    let mut blocked: Vec<Blocked> = Vec::new();
    // What was done, and for how many rows when its turn came last.
    let mut executed: HashMap<String, u64> = HashMap::new();
    let mut round = diagnosis.clone();
    for _ in 0..ROUNDS {
        blocked.clear();
        for due in &round.due {
            let steps = &due.repair.steps;
            blocked.extend(
                execute(reader, writer, namespace, steps, progress)
                    .await?
                    .blocked,
            );
            executed.insert(due.repair.title.clone(), due.rows.count);
        }
        round = diagnose(reader, wanted, owner).await?;
        // Rows that one repair brought may be due for another; and of rows that others write to
        // meanwhile, some are missed. As long as they become fewer, it goes on.
        let goes_on = |due: &Due| match executed.get(&due.repair.title) {
            None => true,
            Some(before) => (1..*before).contains(&due.rows.count),
        };
        if !round.due.iter().any(goes_on) {
            break;
        }
    }
    progress.finish();
    // What is due still has nothing before it, but for what rows stand in the way of.
    for due in &mut round.due {
        let blocked = withhold_where(reader, &mut due.repair, &[], |_| true).await?;
        round.blocked.extend(blocked);
    }
    round.due.retain(|due| !due.repair.steps.is_empty());
    for each in blocked {
        if round.blocked.iter().all(|known| known.what != each.what) {
            round.blocked.push(each);
        }
    }
    Ok(round)
}
