//! What a memory was before its changes: the parts that can change, one row a change.

use std::sync::Arc;

use application::ports::ledger::Version;
use diesel::prelude::*;
use domain::memory::{Memory, MemoryId};
use domain::time::Timestamp;
use somabrain_record::json;
use uuid::Uuid;

use crate::error::InvalidRow;
use crate::row::{self, Kept};
use crate::schema::versions;
use crate::values::{from_text, to_text};
use somabrain_record::checksum::Digest;

/// A row of `versions`.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = versions, treat_none_as_default_value = false)]
pub(crate) struct VersionRow {
    tenant_id: String,
    id: Uuid,
    version: i64,
    importance: f64,
    tags: String,
    metadata: String,
    links: String,
    valid_at: i64,
    invalid_at: Option<i64>,
    since_at: i64,
    subject: String,
    checksum: Vec<u8>,
}

impl From<&Kept> for VersionRow {
    fn from(kept: &Kept) -> Self {
        let memory = &*kept.memory;
        let mut row = Self {
            tenant_id: memory.tenant.as_str().into(),
            id: memory.id.0,
            version: memory.version.into(),
            importance: memory.importance.get(),
            tags: json::from_labels(&memory.tags),
            metadata: json::from_metadata(&memory.metadata),
            links: json::from_links(&memory.links),
            valid_at: memory.times.valid.micros(),
            invalid_at: memory.times.invalid.map(Timestamp::micros),
            since_at: kept.since.micros(),
            subject: to_text(&kept.subject),
            checksum: Vec::new(),
        };
        row.checksum = row.sum();
        row
    }
}

impl VersionRow {
    fn sum(&self) -> Vec<u8> {
        let mut sum = Digest::new();
        sum.text(&self.tenant_id).bytes(self.id.as_bytes()).number(self.version).real(self.importance);
        sum.text(&self.tags).text(&self.metadata).text(&self.links).number(self.valid_at);
        sum.maybe_number(self.invalid_at).number(self.since_at).text(&self.subject);
        sum.finish()
    }

    pub(crate) fn check(&self) -> Result<(), InvalidRow> {
        if self.sum() == self.checksum {
            return Ok(());
        }
        Err(InvalidRow::new("checksum", "does not fit a version"))
    }

    /// The memory as it was, given as it is now.
    pub(crate) fn of(self, present: &Memory) -> Result<Version, InvalidRow> {
        self.check()?;
        let mut memory = present.clone();
        memory.version = row::version(self.version)?;
        memory.importance = row::importance(self.importance)?;
        memory.tags = json::to_labels("tags", &self.tags)?;
        memory.metadata = json::to_metadata("metadata", &self.metadata)?;
        memory.links = json::to_links("links", &self.links)?;
        memory.times.valid = row::moment("valid_at", self.valid_at)?;
        memory.times.invalid = row::maybe_moment("invalid_at", self.invalid_at)?;
        let since = row::moment("since_at", self.since_at)?;
        Ok(Version { memory: Arc::new(memory), since, subject: from_text(self.subject) })
    }

    /// Takes the links to what is `gone` out of it; whether there were any.
    pub(crate) fn cut(&mut self, gone: impl Fn(MemoryId) -> bool) -> Result<bool, InvalidRow> {
        self.check()?;
        let mut links = json::to_links("links", &self.links)?;
        let before = links.len();
        links.retain(|link| !gone(link.to));
        let cut = links.len() < before;
        if cut {
            self.links = json::from_links(&links);
            self.checksum = self.sum();
        }
        Ok(cut)
    }
}
