//! What a memory was before its changes: the parts that can change, one row a change.

use std::sync::Arc;

use application::ports::ledger::{Filling, Past, PastPage, Version};
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use domain::memory::{Memory, MemoryId};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_record::json;

use crate::error::{Error, InvalidRow};
use crate::row::{self, Kept, Row};
use crate::schema::{memories, versions};
use somabrain_record::checksum::Digest;

/// A row of `versions`.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = versions, treat_none_as_default_value = false)]
pub(crate) struct VersionRow {
    tenant: String,
    id: Vec<u8>,
    version: i64,
    importance: f64,
    tags: String,
    metadata: String,
    pub(crate) links: String,
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
            tenant: memory.tenant.as_str().into(),
            id: memory.id.0.as_bytes().to_vec(),
            version: memory.version.into(),
            importance: memory.importance.get(),
            tags: json::from_labels(&memory.tags),
            metadata: json::from_metadata(&memory.metadata),
            links: json::from_links(&memory.links),
            valid_at: memory.times.valid.micros(),
            invalid_at: memory.times.invalid.map(Timestamp::micros),
            since_at: kept.since.micros(),
            subject: kept.subject.clone(),
            checksum: Vec::new(),
        };
        row.checksum = row.sum();
        row
    }
}

impl VersionRow {
    fn sum(&self) -> Vec<u8> {
        let mut sum = Digest::new();
        sum.text(&self.tenant).bytes(&self.id).number(self.version).real(self.importance).text(&self.tags);
        sum.text(&self.metadata).text(&self.links).number(self.valid_at).maybe_number(self.invalid_at);
        sum.number(self.since_at).text(&self.subject);
        sum.finish()
    }

    /// Whether it is what was written.
    pub(crate) fn check(&self) -> Result<(), InvalidRow> {
        if self.sum() == self.checksum {
            return Ok(());
        }
        Err(InvalidRow::new("checksum", "does not fit a version"))
    }

    /// The memory as it was, given as it is now.
    fn of(self, present: &Memory) -> Result<Version, InvalidRow> {
        self.check()?;
        let mut memory = present.clone();
        memory.version = row::version(self.version)?;
        memory.importance = row::importance(self.importance)?;
        memory.tags = json::to_labels("tags", &self.tags)?;
        memory.metadata = json::to_metadata("metadata", &self.metadata)?;
        memory.links = json::to_links("links", &self.links)?;
        memory.times.valid = row::moment("valid_at", self.valid_at)?;
        memory.times.invalid = row::maybe_moment("invalid_at", self.invalid_at)?;
        Ok(Version { memory: Arc::new(memory), since: row::moment("since_at", self.since_at)?, subject: self.subject })
    }

    /// Takes the links to `far` out of it; whether there were any.
    fn cut(&mut self, far: MemoryId) -> Result<bool, InvalidRow> {
        let mut links = json::to_links("links", &self.links)?;
        let before = links.len();
        links.retain(|link| link.to != far);
        let cut = links.len() < before;
        if cut {
            self.links = json::from_links(&links);
            self.checksum = self.sum();
        }
        Ok(cut)
    }
}

/// Keeps the state that a memory is about to leave.
pub(crate) fn keep(connection: &mut SqliteConnection, kept: &Kept) -> Result<(), Error> {
    diesel::insert_into(versions::table).values(VersionRow::from(kept)).execute(connection)?;
    Ok(())
}

/// A page of the states of a memory, the oldest first, the present one last.
pub(crate) fn of(
    connection: &mut SqliteConnection,
    tenant: &Tenant,
    id: MemoryId,
    page: PastPage,
) -> Result<Past, Error> {
    connection.transaction(|connection| {
        let bytes = id.0.as_bytes().as_slice();
        let present = memories::table.filter(memories::tenant.eq(tenant.as_str())).filter(memories::id.eq(bytes));
        let Some(row) = present.get_result::<Row>(connection).optional()? else { return Ok(Past::default()) };
        let present = Kept::try_from(row)?;
        let earlier = versions::table.filter(versions::tenant.eq(tenant.as_str())).filter(versions::id.eq(bytes));
        let earlier = earlier.filter(versions::version.gt(i64::from(page.after))).order(versions::version);
        let mut filling = Filling::new(page.limit);
        for row in earlier.select(VersionRow::as_select()).load_iter::<VersionRow, DefaultLoadingMode>(connection)? {
            let version = row?.of(&present.memory)?;
            let bytes = version.memory.bytes();
            if !filling.put(version, bytes) {
                return Ok(filling.past());
            }
        }
        if present.memory.version > page.after {
            let bytes = present.memory.bytes();
            filling.put(Version { memory: present.memory, since: present.since, subject: present.subject }, bytes);
        }
        Ok(filling.past())
    })
}

/// Deletes all earlier states of a memory.
pub(crate) fn erase(connection: &mut SqliteConnection, tenant: &Tenant, id: &[u8]) -> Result<(), Error> {
    let all = versions::table.filter(versions::tenant.eq(tenant.as_str())).filter(versions::id.eq(id));
    diesel::delete(all).execute(connection)?;
    Ok(())
}

/// Takes every link to `far` out of the earlier states of a memory.
pub(crate) fn cut(
    connection: &mut SqliteConnection,
    tenant: &Tenant,
    id: MemoryId,
    far: MemoryId,
) -> Result<(), Error> {
    let bytes = id.0.as_bytes().as_slice();
    let all = versions::table.filter(versions::tenant.eq(tenant.as_str())).filter(versions::id.eq(bytes));
    let all = all.select((versions::place, VersionRow::as_select()));
    for (place, mut row) in all.load::<(i64, VersionRow)>(connection)? {
        if row.cut(far)? {
            let set = (versions::links.eq(&row.links), versions::checksum.eq(&row.checksum));
            diesel::update(versions::table.find(place)).set(set).execute(connection)?;
        }
    }
    Ok(())
}
