//! What the ledger is asked, each in one statement.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use application::ports::ledger::{Filling, Listed, Page, Past, PastPage, Version};
use diesel::dsl::{count_star, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::link::{Edge, Link, Relation};
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::Filter;
use domain::tenant::{Label, Namespace, Tenant};
use uuid::Uuid;

use crate::error::{Error, InvalidRow};
use crate::lookups::{self, kept, uuids};
use crate::row::{self, Kept, Row};
use crate::schema::{links, memories, versions};
use crate::versions::VersionRow;

/// Most rows of a list that are read at once.
const ROWS: usize = 2_000;
/// Earlier states of a memory that are read at once.
const STATES: usize = 32;

/// The memories with these ids, in their order.
pub(crate) async fn memories(
    connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
) -> Result<Vec<Arc<Memory>>, Error> {
    let found = lookups::by_ids(connection, tenant, ids).await?;
    let found: HashMap<MemoryId, Arc<Memory>> = found.into_iter().map(|kept| (kept.memory.id, kept.memory)).collect();
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

/// A page of a list: rows are read on until as many fit as are wanted.
pub(crate) async fn list(connection: &AsyncPgConnection, tenant: &Tenant, page: &Page) -> Result<Listed, Error> {
    // One more than wanted shows whether this part is the last.
    let wanted = page.limit.max(1).saturating_add(1);
    let (mut filling, mut after, mut rows) = (Filling::new(page.limit), page.after, wanted.min(ROWS));
    loop {
        let Some((last, is_end)) = reach(connection, tenant, page, after, rows, filling.left()).await? else { break };
        for kept in some(connection, tenant, page, after, last).await? {
            if page.filter.admits(&kept.memory) {
                let bytes = kept.memory.bytes();
                if !filling.put((kept.seq, kept.memory), bytes) {
                    return Ok(filling.listed());
                }
            }
        }
        if is_end {
            break;
        }
        (after, rows) = (last, (rows * 2).min(ROWS));
    }
    Ok(filling.listed())
}

/// How far the next `rows` rows go that are of no more than about so many bytes, and whether there are none behind them;
/// `None`: there are none at all. Sizes are known without reading what has them.
async fn reach(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    page: &Page,
    after: Seq,
    rows: usize,
    bytes: usize,
) -> Result<Option<(Seq, bool)>, Error> {
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    let size = sql::<BigInt>(
        "(octet_length(content) + octet_length(tags) + octet_length(metadata) + octet_length(links) \
          + coalesce(octet_length(procedure), 0))::bigint",
    );
    let sized = behind(tenant, page, after).order(memories::seq).limit(limit).select((memories::seq, size));
    let sized: Vec<(i64, i64)> = sized.load(&mut connection).await?;
    let mut left = i64::try_from(bytes).unwrap_or(i64::MAX);
    for (at, (seq, size)) in sized.iter().enumerate() {
        left -= size;
        if left < 0 && at + 1 < sized.len() {
            return Ok(Some((Seq(*seq), false)));
        }
    }
    Ok(sized.last().map(|(seq, _)| (Seq(*seq), sized.len() < rows)))
}

/// The rows up to a place that can be on a page; the filter as a whole is applied to what comes back.
async fn some(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    page: &Page,
    after: Seq,
    last: Seq,
) -> Result<Vec<Kept>, Error> {
    let rows = behind(tenant, page, after).filter(memories::seq.le(last.0)).order(memories::seq);
    kept(rows.load::<Row>(&mut connection).await?)
}

/// What can be on a page of a list.
fn behind<'a>(tenant: &'a Tenant, page: &'a Page, after: Seq) -> memories::BoxedQuery<'a, Pg> {
    let Filter { user, agent, session, kind, .. } = &page.filter;
    let text = |label: &Label| label.as_str().to_owned();
    let mut all = memories::table.filter(memories::tenant_id.eq(tenant.as_str())).into_boxed::<Pg>();
    all = all.filter(memories::seq.gt(after.0));
    if let Some(namespace) = &page.namespace {
        all = all.filter(memories::namespace.eq(namespace.as_str()));
    }
    if let Some(user) = user {
        all = all.filter(memories::user_id.eq(text(user)));
    }
    if let Some(agent) = agent {
        all = all.filter(memories::agent_id.eq(text(agent)));
    }
    if let Some(session) = session {
        all = all.filter(memories::session_id.eq(text(session)));
    }
    if let Some(kind) = kind {
        all = all.filter(memories::kind.eq(kind.as_str()));
    }
    all
}

/// A page of the states of a memory, the oldest first, the present one last.
pub(crate) async fn versions(
    connection: &AsyncPgConnection,
    tenant: &Tenant,
    id: MemoryId,
    page: PastPage,
) -> Result<Past, Error> {
    let own = [id];
    let first = earlier(connection, tenant, id, page.after);
    // The memory is asked for first: what it is left as meanwhile is not among its earlier states.
    let (present, mut rows) = tokio::try_join!(lookups::by_ids(connection, tenant, &own), first)?;
    let Some(present) = present.into_iter().next() else { return Ok(Past::default()) };
    let (mut filling, mut last) = (Filling::new(page.limit), page.after);
    loop {
        let is_end = rows.len() < STATES;
        for row in rows {
            let version = row.of(&present.memory)?;
            last = version.memory.version;
            if last < present.memory.version {
                let bytes = version.memory.bytes();
                if !filling.put(version, bytes) {
                    return Ok(filling.past());
                }
            }
        }
        if is_end {
            break;
        }
        rows = earlier(connection, tenant, id, last).await?;
    }
    if present.memory.version > page.after {
        let bytes = present.memory.bytes();
        filling.put(Version { memory: present.memory, since: present.since, subject: present.subject }, bytes);
    }
    Ok(filling.past())
}

/// The next earlier states behind a version.
async fn earlier(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    id: MemoryId,
    after: u32,
) -> Result<Vec<VersionRow>, Error> {
    let of = versions::table.filter(versions::tenant_id.eq(tenant.as_str())).filter(versions::id.eq(id.0));
    let later = of.filter(versions::version.gt(i64::from(after))).order(versions::version);
    Ok(later.limit(STATES as i64).load(&mut connection).await?)
}

/// All links that begin or end at one of these memories, each once, sorted.
pub(crate) async fn edges(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    ids: &[MemoryId],
) -> Result<Vec<Edge>, Error> {
    let ids = uuids(ids);
    let either = links::from_id.eq_any(&ids).or(links::to_id.eq_any(&ids));
    let of = links::table.filter(links::tenant_id.eq(tenant.as_str())).filter(either);
    let rows: Vec<(Uuid, Uuid, String)> =
        of.select((links::from_id, links::to_id, links::relation)).load(&mut connection).await?;
    let edge = |(from, to, name): (Uuid, Uuid, String)| {
        let relation = Relation::from_name(&name).ok_or_else(|| InvalidRow::new("relation", "an unknown name"))?;
        Ok(Edge { from: MemoryId(from), link: Link { to: MemoryId(to), relation } })
    };
    let edges = rows.into_iter().map(edge).collect::<Result<BTreeSet<_>, InvalidRow>>()?;
    Ok(edges.into_iter().collect())
}

/// The tenant's namespaces by name, with the number of memories in each.
pub(crate) async fn namespaces(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
) -> Result<Vec<(Namespace, u64)>, Error> {
    let of = memories::table.filter(memories::tenant_id.eq(tenant.as_str()));
    let counted = of.group_by(memories::namespace).select((memories::namespace, count_star()));
    let rows: Vec<(String, i64)> = counted.load(&mut connection).await?;
    let named = |(name, count): (String, i64)| Ok((row::namespace(&name)?, count.unsigned_abs()));
    let mut all = rows.into_iter().map(named).collect::<Result<Vec<_>, InvalidRow>>()?;
    // By code points, whatever the database's collation.
    all.sort();
    Ok(all)
}

/// How many bytes the contents of a tenant's memories have; U+0000 counts as it is kept.
pub(crate) async fn content_bytes(mut connection: &AsyncPgConnection, tenant: &Tenant) -> Result<u64, Error> {
    let of = memories::table.filter(memories::tenant_id.eq(tenant.as_str()));
    let sum = sql::<BigInt>("coalesce(sum(octet_length(content)), 0)::bigint");
    let bytes: i64 = of.select(sum).get_result(&mut connection).await?;
    Ok(bytes.unsigned_abs())
}
