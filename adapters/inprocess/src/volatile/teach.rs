//! Lessons of feedback, one row a version.

use application::ports::ledger::Refusal;
use application::ports::teaching::{Lesson, Lessons, Taught, Teaching};
use domain::tenant::Tenant;

use super::State;

/// A lesson, and which one it takes back.
#[derive(Debug)]
pub(super) struct Row {
    taught: Taught,
    reverses: Option<u32>,
}

impl State {
    pub(super) fn teach(&mut self, act: &Teaching) -> Result<Taught, Refusal> {
        let rows = self.lessons.entry(act.tenant.clone()).or_default();
        let (recall, step, reverses) = match act.lesson {
            Lesson::Learn { recall, step } => {
                let last = rows.iter().rfind(|row| row.taught.recall == recall);
                if let Some(known) = last.filter(|row| row.reverses.is_none()) {
                    return Ok(known.taught);
                }
                (recall, step, None)
            }
            Lesson::TakeBack(version) => {
                let learned = |row: &&Row| row.taught.version == version && row.reverses.is_none();
                let Taught { recall, before, after, .. } =
                    rows.iter().find(learned).ok_or(Refusal::UnknownLesson(version))?.taught;
                if rows.iter().any(|row| row.reverses == Some(version)) {
                    return Err(Refusal::TakenBack(version));
                }
                (recall, before.minus(&after), Some(version))
            }
        };
        let (version, before) =
            rows.last().map_or((0, Default::default()), |row| (row.taught.version, row.taught.after));
        let taught = Taught { version: version + 1, recall, before, after: before.plus(&step) };
        rows.push(Row { taught, reverses });
        self.tell(&act.tenant, &act.note, "feedback", Vec::new());
        Ok(taught)
    }

    pub(super) fn lessons_of(&self, tenant: &Tenant) -> Lessons {
        let last = self.lessons.get(tenant).and_then(|rows| rows.last());
        last.map_or_else(Lessons::default, |row| Lessons { version: row.taught.version, sum: row.taught.after })
    }
}
