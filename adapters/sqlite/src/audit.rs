//! One sealed row an act in its tenant's chain, and the check of all chains.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use application::ports::events::Event;
use application::ports::ledger::Note;
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use domain::audit::{AuditEvent, AuditKey, Broken, Head, Published, Seal, Why, seal, verify};
use domain::memory::MemoryId;
use domain::tenant::{Namespace, Tenant};
use serde::{Deserialize, Serialize};
use somabrain_record::json;
use thiserror::Error;
use uuid::Uuid;

use crate::beginnings::{self, BeginningRow};
use crate::connection::{self, file};
use crate::error::{Error, InvalidRow, OpenError};
use crate::row;
use crate::schema::{audit_heads, audit_log};

/// What an act did, for its audit row: names and numbers, never content.
pub(crate) struct Done<'a> {
    /// What it was done to: `memory`, `namespace`, …
    pub(crate) resource: &'a str,
    /// The memories concerned; of many only the first thousand are named.
    pub(crate) ids: &'a [MemoryId],
    /// How many were concerned.
    pub(crate) count: usize,
    /// Where, if all was in one namespace.
    pub(crate) namespace: Option<&'a Namespace>,
}

/// The namespace of all of these, if they have one in common.
pub(crate) fn common<'a>(mut all: impl Iterator<Item = &'a Namespace>) -> Option<&'a Namespace> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// `event_data`. What was added later is left out where it is nothing, so that earlier texts and seals stay as they are.
#[derive(Debug, Serialize, Deserialize)]
struct Detail {
    count: usize,
    ids: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The chains as the writer extends them; a head counts as it stands here once its group is on disk.
pub(crate) struct Chains {
    key: AuditKey,
    heads: HashMap<Tenant, Head>,
    /// Whose heads are further than the table says.
    grown: BTreeSet<Tenant>,
}

impl Chains {
    pub(crate) fn new(key: AuditKey) -> Self {
        Self { key, heads: HashMap::new(), grown: BTreeSet::new() }
    }

    /// What the chains are sealed with.
    pub(crate) fn key(&self) -> &AuditKey {
        &self.key
    }

    /// Forgets the heads: the group that extended them was rolled back.
    pub(crate) fn forget(&mut self) {
        self.heads.clear();
        self.grown.clear();
    }

    /// Writes the heads that have grown; part of every group, before its commit.
    pub(crate) fn flush(&mut self, connection: &mut SqliteConnection) -> Result<(), Error> {
        while let Some(tenant) = self.grown.pop_first() {
            let Some(head) = self.heads.get(&tenant) else { continue };
            let row =
                HeadRow { tenant_id: tenant.as_str().into(), number: column(head.number)?, seal: head.seal.0.to_vec() };
            diesel::replace_into(audit_heads::table).values(&row).execute(connection)?;
        }
        Ok(())
    }

    /// Appends the row of an act to its tenant's chain: the last step of an act, since only a group is taken back.
    pub(crate) fn append(
        &mut self,
        connection: &mut SqliteConnection,
        tenant: &Tenant,
        note: &Note,
        done: &Done<'_>,
    ) -> Result<(), Error> {
        let previous = self.head(connection, tenant)?;
        let detail = Detail {
            count: done.count,
            ids: done.ids.iter().take(1000).map(|id| id.0).collect(),
            namespace: done.namespace.map(|namespace| namespace.as_str().into()),
            traceparent: note.traceparent.clone(),
            decision_id: note.basis.as_ref().and_then(|basis| basis.id.clone()),
            reason: note.basis.as_ref().map(|basis| basis.reason.clone()),
        };
        let event = AuditEvent {
            tenant: tenant.clone(),
            number: previous.number + 1,
            at: note.at,
            subject: note.subject.clone(),
            action: note.action.into(),
            resource: done.resource.into(),
            outcome: "done".into(),
            request_id: note.request_id.clone(),
            detail: json::text(&detail),
        };
        let head = Head { number: event.number, seal: seal(&self.key, &previous.seal, &event) };
        let row = Row::of(event, head)?;
        diesel::insert_into(audit_log::table).values(&row).execute(connection)?;
        self.heads.insert(tenant.clone(), head);
        self.grown.insert(tenant.clone());
        Ok(())
    }

    fn head(&self, connection: &mut SqliteConnection, tenant: &Tenant) -> Result<Head, Error> {
        if let Some(head) = self.heads.get(tenant) {
            return Ok(*head);
        }
        let row: Option<HeadRow> = audit_heads::table.find(tenant.as_str()).get_result(connection).optional()?;
        Ok(match row {
            Some(row) => Head { number: count(row.number)?, seal: to_seal(&row.seal)? },
            None => Head::genesis(&self.key, tenant),
        })
    }
}

/// What a check of all audit chains found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// Where each tenant's chain ends.
    pub heads: Vec<(Tenant, Head)>,
    /// Where each chain begins whose earlier events were archived.
    pub beginnings: Vec<(Tenant, Head)>,
}

impl AuditReport {
    /// Each tenant with the number of its events, those archived included.
    pub fn tenants(&self) -> Vec<(Tenant, u64)> {
        self.heads.iter().map(|(tenant, head)| (tenant.clone(), head.number)).collect()
    }
}

/// Why the audit log cannot be believed, or not be read.
#[derive(Debug, Error)]
pub enum AuditError {
    /// A row was changed, removed or put in between.
    #[error("the audit log of tenant {tenant} was tampered with: {broken}")]
    Broken {
        /// Whose chain.
        tenant: Tenant,
        /// The first row that is wrong.
        broken: Broken,
    },
    /// Rows were cut off the end: the chain ends before the head that was kept apart.
    #[error("the audit log of tenant {tenant} ends at event {found}, its head says {expected}")]
    Cut {
        /// Whose chain.
        tenant: Tenant,
        /// The last row's number.
        found: u64,
        /// The head's number.
        expected: u64,
    },
    /// Somebody without the key has written where the chain begins.
    #[error("where the audit log of tenant {tenant} begins was tampered with")]
    Beginning {
        /// Whose chain.
        tenant: Tenant,
    },
    /// A tenant's name or another field is not what this program writes.
    #[error("a row of the audit log is damaged: {0}")]
    Damaged(String),
    /// The folder could not be read.
    #[error("the audit log could not be read")]
    Unreadable(#[source] Box<OpenError>),
}

/// Checks the chains of all tenants against their seals, their heads and what was published of them. Reads only, also beside a
/// running server.
pub fn verify_audit(folder: &Path, key: &AuditKey, published: &Published) -> Result<AuditReport, AuditError> {
    let unreadable = |error: Error| {
        let other = OpenError::Other { file: file(folder), source: error.into() };
        AuditError::Unreadable(Box::new(other))
    };
    let mut connection = connection::reader(folder).map_err(unreadable)?;
    let checked = connection.transaction(|connection| check_all(connection, key, published));
    checked.map_err(|error| unreadable(error.into()))?
}

/// Every chain, one row at a time: a log can be longer than the memory.
fn check_all(
    connection: &mut SqliteConnection,
    key: &AuditKey,
    published: &Published,
) -> QueryResult<Result<AuditReport, AuditError>> {
    let heads: Vec<HeadRow> = audit_heads::table.load(connection)?;
    let mut chains: BTreeMap<String, Option<HeadRow>> = BTreeMap::new();
    let tenants: Vec<String> = audit_log::table.select(audit_log::tenant_id).distinct().load(connection)?;
    chains.extend(tenants.into_iter().map(|tenant| (tenant, None)));
    chains.extend(heads.into_iter().map(|head| (head.tenant_id.clone(), Some(head))));
    let mut report = AuditReport { heads: Vec::new(), beginnings: Vec::new() };
    let mut begins = beginnings::all(connection)?;
    for (tenant, head) in chains {
        let rows = audit_log::table.filter(audit_log::tenant_id.eq(&tenant)).order(audit_log::number);
        let rows = rows.select(Row::as_select()).load_iter::<Row, DefaultLoadingMode>(connection)?;
        let beginning = begins.remove(&tenant);
        match check((key, published), &tenant, beginning, head, rows) {
            Ok((tenant, beginning, end)) => {
                report.beginnings.extend(beginning.map(|beginning| (tenant.clone(), beginning)));
                report.heads.push((tenant, end));
            }
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(match published.cut_off(&report.heads) {
        Some((tenant, found, expected)) => Err(AuditError::Cut { tenant, found, expected }),
        None => Ok(report),
    })
}

fn check(
    (key, published): (&AuditKey, &Published),
    name: &str,
    beginning: Option<BeginningRow>,
    head: Option<HeadRow>,
    rows: impl Iterator<Item = QueryResult<Row>>,
) -> Result<(Tenant, Option<Head>, Head), AuditError> {
    let damaged = |error: InvalidRow| AuditError::Damaged(error.to_string());
    let tenant = row::tenant(name).map_err(damaged)?;
    let broken = |broken| AuditError::Broken { tenant: tenant.clone(), broken };
    let beginning = match beginning {
        Some(row) => Some(row.vouched(key, &tenant).ok_or(AuditError::Beginning { tenant: tenant.clone() })?),
        None => None,
    };
    let mut end = beginning.unwrap_or_else(|| Head::genesis(key, &tenant));
    published.hold(&tenant, &end).map_err(broken)?;
    for row in rows {
        let number = end.number + 1;
        // A field that cannot even be read was not sealed like that.
        let unread = || broken(Broken { number, why: Why::Seal });
        let event = row.map_err(|_| unread())?.event().map_err(|_| unread())?;
        end = verify(key, &tenant, end, [event]).map_err(broken)?;
        published.hold(&tenant, &end).map_err(broken)?;
    }
    let expected = head.map(|head| (count(head.number), to_seal(&head.seal)));
    match expected {
        Some((Ok(number), Ok(seal))) if number == end.number && seal == end.seal => Ok((tenant, beginning, end)),
        Some((Ok(expected), _)) if expected != end.number => {
            Err(AuditError::Cut { tenant, found: end.number, expected })
        }
        _ => Err(broken(Broken { number: end.number, why: Why::Seal })),
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false)]
struct Row {
    tenant_id: String,
    number: i64,
    event_type: String,
    event_data: String,
    created_at: i64,
    user_id: String,
    resource: String,
    outcome: String,
    request_id: String,
    seal: Vec<u8>,
}

impl Row {
    fn of(event: AuditEvent, head: Head) -> Result<Self, InvalidRow> {
        Ok(Self {
            tenant_id: event.tenant.as_str().into(),
            number: column(event.number)?,
            event_type: event.action,
            event_data: event.detail,
            created_at: event.at.micros(),
            user_id: event.subject,
            resource: event.resource,
            outcome: event.outcome,
            request_id: event.request_id,
            seal: head.seal.0.to_vec(),
        })
    }

    fn event(self) -> Result<(AuditEvent, Seal), InvalidRow> {
        let event = AuditEvent {
            tenant: row::tenant(&self.tenant_id)?,
            number: count(self.number)?,
            at: row::moment("created_at", self.created_at)?,
            subject: self.user_id,
            action: self.event_type,
            resource: self.resource,
            outcome: self.outcome,
            request_id: self.request_id,
            detail: self.event_data,
        };
        Ok((event, to_seal(&self.seal)?))
    }

    fn told(self) -> Result<Event, InvalidRow> {
        let (event, seal) = self.event()?;
        let detail: Detail = json::read("event_data", &event.detail)?;
        Ok(Event {
            tenant: event.tenant,
            number: event.number,
            at: event.at,
            subject: event.subject,
            action: event.action,
            resource: event.resource,
            outcome: event.outcome,
            namespace: detail.namespace.as_deref().map(row::namespace).transpose()?,
            memories: detail.ids.into_iter().map(MemoryId).collect(),
            request_id: event.request_id,
            traceparent: detail.traceparent,
            seal,
        })
    }
}

/// The next events of a chain with their seals, after a number and up to another.
pub(crate) fn sealed_between(
    connection: &mut SqliteConnection,
    tenant: &Tenant,
    after: u64,
    upto: u64,
    limit: i64,
) -> Result<Vec<(AuditEvent, Seal)>, Error> {
    let rows = audit_log::table.filter(audit_log::tenant_id.eq(tenant.as_str()));
    let rows = rows.filter(audit_log::number.gt(column(after)?)).filter(audit_log::number.le(column(upto)?));
    let rows = rows.order(audit_log::number).limit(limit).select(Row::as_select());
    let rows: Vec<Row> = rows.load(connection)?;
    Ok(rows.into_iter().map(Row::event).collect::<Result<_, _>>()?)
}

/// The events of a chain after a number, as the stream tells them.
pub(crate) fn events_after(
    connection: &mut SqliteConnection,
    tenant: &Tenant,
    number: i64,
    limit: usize,
) -> Result<Vec<Event>, Error> {
    let rows = audit_log::table.filter(audit_log::tenant_id.eq(tenant.as_str())).filter(audit_log::number.gt(number));
    let rows = rows.order(audit_log::number).limit(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows: Vec<Row> = rows.select(Row::as_select()).load(connection)?;
    Ok(rows.into_iter().map(Row::told).collect::<Result<_, _>>()?)
}

#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = audit_heads, treat_none_as_default_value = false)]
struct HeadRow {
    tenant_id: String,
    number: i64,
    seal: Vec<u8>,
}

/// A seal of a column.
pub(crate) fn to_seal(bytes: &[u8]) -> Result<Seal, InvalidRow> {
    bytes.try_into().map(Seal).map_err(|e| InvalidRow::new("seal", format!("{e}")))
}

/// A number of the chain as a column.
pub(crate) fn column(number: u64) -> Result<i64, InvalidRow> {
    i64::try_from(number).map_err(|e| InvalidRow::new("number", e))
}

/// A number of things.
pub(crate) fn count(number: i64) -> Result<u64, InvalidRow> {
    u64::try_from(number).map_err(|e| InvalidRow::new("number", e))
}
