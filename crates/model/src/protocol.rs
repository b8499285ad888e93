//! The state of everything.

/// How much is modelled, and what is left out of the protocol on purpose.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// Workers, each of which can be started again.
    pub workers: usize,
    /// Units of a survey that is shared, before all others; none where each worker surveys.
    pub survey: usize,
    /// What becomes of each document, a unit each; the last unit after them adds up.
    pub fates: Vec<Fate>,
    /// Crashes, of workers and of rollbacks, together.
    pub crashes: u8,
    /// Living workers that are taken for silent.
    pub silences: u8,
    /// Whether somebody may roll back.
    pub rollback: bool,
    /// What is wrong with the protocol.
    pub fault: Option<Fault>,
}

/// A way to get the protocol wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A batch does not ask whether its worker was fenced.
    BatchWithoutFence,
    /// A batch does not ask whether its run holds the lease.
    BatchWithoutLease,
    /// Fencing leaves a transaction that is under way alone.
    FenceBesideBatch,
    /// A rollback takes the lease without waiting for transactions under way.
    RollbackBesideBatch,
    /// A run in the place of another takes the lease without waiting for transactions under way.
    RenewBesideBatch,
    /// A unit is completed before its batch is committed.
    CompleteFirst,
    /// The last unit does not wait for the others.
    SumEarly,
    /// A worker decides before everything is surveyed.
    DecideEarly,
    /// A unit that is loaded again keeps its rows again as they were before, over what was kept.
    ImageAgain,
    /// A batch does not keep a row as it was before.
    WithoutImage,
    /// A rollback forgets a row in a transaction before the one that puts it back.
    ForgetFirst,
    /// A rollback forgets a row in a transaction after the one that puts it back.
    ForgetLater,
}

/// What becomes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// A new row.
    Row,
    /// A row in the place of one that somebody had there.
    Overwrites,
    /// Quarantine.
    Quarantine,
    /// Another document supersedes it.
    Superseded,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Row,
        Self::Overwrites,
        Self::Quarantine,
        Self::Superseded,
    ];

    /// What V3 and the ledger hold of such a document before the first run.
    pub(crate) fn before(self) -> Entry {
        Entry {
            row: match self {
                Self::Overwrites => Row::Somebodys,
                Self::Row | Self::Quarantine | Self::Superseded => Row::Absent,
            },
            recorded: None,
            image: None,
            quarantined: false,
            superseded: false,
            effects: 0,
        }
    }
}

/// A row of V3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Row {
    Absent,
    Somebodys,
    Migrated,
}

/// What the ledger says that migration did with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recorded {
    Inserted,
    Updated,
}

/// What V3 and the ledger hold of one document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    pub row: Row,
    /// What the ledger says of the row.
    pub recorded: Option<Recorded>,
    /// The row as it was before, as the ledger keeps it.
    pub image: Option<Row>,
    pub quarantined: bool,
    pub superseded: bool,
    /// How often something was written for it.
    pub effects: u8,
}

/// A unit, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    Waiting,
    Held(u8),
    Done,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunState {
    /// Nobody has begun one.
    None,
    /// Workers share it.
    Running,
    /// Everything is done.
    Done,
    /// It is taken back.
    Undoing,
    /// It was taken back.
    RolledBack,
}

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// Nothing: it is not running.
    Out,
    /// It is about to ask for work.
    Idle,
    /// It reads what a unit of the survey names.
    Surveys(usize),
    /// It kept what it noted of it.
    Noted(usize),
    /// It has a unit.
    Has(usize),
    /// Its transaction has proven what it must, and has seen whether the document is settled.
    InBatch { unit: usize, settled: bool },
    /// Its batch is committed.
    Loaded(usize),
}

/// A worker: a process and its connections.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Worker {
    pub doing: Doing,
    /// Its number; never given again.
    pub number: u8,
    /// The token of the run that it takes part in.
    pub token: u8,
    /// Whether the server still knows its share of the run lock.
    pub locked: bool,
    /// Whether it knows what becomes of every document.
    pub knows: bool,
}

/// What a rollback that lacks a part has in its memory between two transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Between {
    pub document: usize,
    /// What the row is to be, unless it is put back already.
    pub row: Option<Row>,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// By document.
    pub entries: Vec<Entry>,
    /// Units of the survey.
    pub survey: Vec<Unit>,
    /// Whether something was kept for each of them.
    pub notes: Vec<bool>,
    /// Whether somebody decided without all notes.
    pub decided_early: bool,
    /// One a document, and the sum behind them.
    pub units: Vec<Unit>,
    /// By place.
    pub workers: Vec<Worker>,
    /// How the run stands.
    pub run: RunState,
    /// Who holds the lease.
    pub token: u8,
    /// The next worker's number.
    pub next: u8,
    /// Numbers that are fenced.
    pub fenced: Vec<u8>,
    /// The token under which somebody rolls back at this moment.
    pub undoing: Option<u8>,
    /// What it is about to do; none where a row and its entry are one transaction.
    pub between: Option<Between>,
    /// Crashes that may still happen.
    pub crashes: u8,
    /// Living workers that may still be taken for silent.
    pub silences: u8,
    /// Units that went to another worker.
    pub taken_over: bool,
    /// Whether a run began in the place of one that nobody ended.
    pub renewed: bool,
}

impl Protocol {
    /// How many documents there are, and where the unit stands that adds up.
    pub(crate) fn documents(&self) -> usize {
        self.fates.len()
    }

    /// Whether everything is as it was before the first run.
    pub(crate) fn is_as_before(&self, entries: &[Entry]) -> bool {
        entries.len() == self.fates.len()
            && entries
                .iter()
                .zip(&self.fates)
                .all(|(entry, fate)| *entry == fate.before())
    }

    pub(crate) fn begin(&self) -> State {
        State {
            entries: self.fates.iter().map(|fate| fate.before()).collect(),
            survey: vec![Unit::Waiting; self.survey],
            notes: vec![false; self.survey],
            decided_early: false,
            units: vec![Unit::Waiting; self.documents() + 1],
            workers: vec![
                Worker {
                    doing: Doing::Out,
                    number: 0,
                    token: 0,
                    locked: false,
                    knows: false,
                };
                self.workers
            ],
            run: RunState::None,
            token: 0,
            next: 1,
            fenced: Vec::new(),
            undoing: None,
            between: None,
            crashes: self.crashes,
            silences: self.silences,
            taken_over: false,
            renewed: false,
        }
    }

    pub(crate) fn lacks(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

impl Entry {
    /// In how many of rows, quarantine and superseded the document is.
    pub fn places(&self) -> usize {
        usize::from(self.row == Row::Migrated)
            + usize::from(self.quarantined)
            + usize::from(self.superseded)
    }

    /// Whether the ledger says that something became of the document.
    pub(crate) fn is_settled(&self) -> bool {
        self.recorded.is_some() || self.quarantined || self.superseded
    }

    /// What a batch does: V3 and the ledger in one transaction.
    pub(crate) fn write(&mut self, fate: Fate, fault: Option<Fault>) {
        self.effects += 1;
        match fate {
            Fate::Row | Fate::Overwrites => {
                let there = self.row != Row::Absent;
                if there && fault != Some(Fault::WithoutImage) {
                    self.image.get_or_insert(self.row);
                }
                self.recorded = Some(if there {
                    Recorded::Updated
                } else {
                    Recorded::Inserted
                });
                self.row = Row::Migrated;
            }
            Fate::Quarantine => self.quarantined = true,
            Fate::Superseded => self.superseded = true,
        }
    }

    /// What a row is to be again, by the ledger alone: what migration inserted goes, what it changed
    /// becomes its image, and without an image it stays.
    pub(crate) fn was(&self) -> Row {
        match (self.recorded, self.image) {
            (Some(Recorded::Inserted), _) => Row::Absent,
            (Some(Recorded::Updated), Some(image)) => image,
            (Some(Recorded::Updated) | None, _) => self.row,
        }
    }

    /// The ledger has nothing of it any longer.
    pub(crate) fn forget(&mut self) {
        self.recorded = None;
        self.image = None;
        self.quarantined = false;
        self.superseded = false;
        self.effects = 0;
    }
}

impl State {
    pub(crate) fn is_fenced(&self, number: u8) -> bool {
        self.fenced.contains(&number)
    }

    pub(crate) fn in_batch(&self, worker: &Worker) -> bool {
        matches!(worker.doing, Doing::InBatch { .. })
    }

    /// Whether any transaction has proven that its run holds the lease: who wants the lease waits.
    pub(crate) fn under_way(&self) -> bool {
        self.workers.iter().any(|worker| self.in_batch(worker))
    }

    /// Another run has the lease. What was written stays.
    pub(crate) fn begin_run(&mut self) {
        self.token += 1;
        self.run = RunState::Running;
        self.units.fill(Unit::Waiting);
        self.survey.fill(Unit::Waiting);
        self.notes.fill(false);
    }

    /// Whether a worker lives under that number.
    pub(crate) fn lives(&self, number: u8) -> bool {
        self.workers
            .iter()
            .any(|worker| worker.number == number && worker.doing != Doing::Out)
    }
}
