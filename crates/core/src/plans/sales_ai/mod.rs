//! Plan `sales-ai`: Sales AI V2 (Firestore) to V3 (PostgreSQL).
//!
//! `docs/mapping.md` is the table of its rules. One file an entity: what a [`survey`] notes of
//! it, and what row it becomes.

mod case;
mod conversation;
mod elements;
mod embedded;
mod integrity;
mod lead;
mod meddic;
mod resolution;
mod resolve;
mod segments;
mod shapes;
mod survey;
pub mod tables;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::plans::{DocumentPlan, Integrity, Phase, Survey};
use crate::row::Shape;

/// The plan's name.
pub const NAME: &str = "sales-ai";

/// The name under which rows made of several cases are accounted for.
pub const CUSTOMERS: &str = "cases#customers";

const LEADS: &str = "leads";
const CONVERSATIONS: &str = "conversations";
const SALES_CASES: &str = "sales_cases";
const CASES: &str = "cases";
const MEDDIC: &str = "meddic_analyses";

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct SalesAi;

impl DocumentPlan for SalesAi {
    fn name(&self) -> &str {
        NAME
    }

    fn collections(&self) -> Vec<&str> {
        vec![LEADS, CONVERSATIONS, SALES_CASES, CASES, MEDDIC]
    }

    fn phases(&self) -> Vec<Phase> {
        let phase = |label: &str, collections: &[&str]| Phase {
            label: label.to_owned(),
            collections: collections.iter().map(|&name| name.to_owned()).collect(),
        };
        vec![
            phase("Leads", &[LEADS]),
            phase("Conversations", &[CONVERSATIONS, SALES_CASES, CASES]),
            phase("MEDDIC", &[MEDDIC]),
        ]
    }

    fn shapes(&self) -> Vec<Arc<Shape>> {
        let shapes = shapes::Shapes::new();
        vec![shapes.opportunity, shapes.conversation, shapes.meddic]
    }

    fn integrity(&self) -> Integrity {
        integrity::integrity()
    }

    fn has_owner(&self) -> bool {
        true
    }

    fn has_recordings(&self) -> bool {
        true
    }

    fn survey(&self, owner: &str) -> Box<dyn Survey> {
        Box::new(survey::SalesAiSurvey::new(owner))
    }
}
