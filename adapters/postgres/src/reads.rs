//! What the ledger is asked, each in one statement.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use application::ports::ledger::{Listed, Page, Version};
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
    let limit = page.limit.max(1);
    let wanted = limit.saturating_add(1);
    let (mut found, mut after, mut rows) = (Vec::<Kept>::new(), page.after, wanted.min(ROWS));
    loop {
        let some = some(connection, tenant, page, after, rows).await?;
        let last = some.len() < rows;
        after = some.last().map_or(after, |kept| kept.seq);
        found.extend(some.into_iter().filter(|kept| page.filter.admits(&kept.memory)));
        if last || found.len() >= wanted {
            break;
        }
        rows = (rows * 2).min(ROWS);
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|kept| kept.seq);
    Ok(Listed { memories: found.into_iter().map(|kept| kept.memory).collect(), next })
}

/// The next rows that can be on a page; the filter as a whole is applied to what comes back.
async fn some(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    page: &Page,
    after: Seq,
    rows: usize,
) -> Result<Vec<Kept>, Error> {
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
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    kept(all.order(memories::seq).limit(limit).load::<Row>(&mut connection).await?)
}

/// All states of a memory, the oldest first, the present one last.
pub(crate) async fn versions(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    id: MemoryId,
) -> Result<Vec<Version>, Error> {
    let same = versions::tenant_id.eq(memories::tenant_id).and(versions::id.eq(memories::id));
    let of = memories::table.left_join(versions::table.on(same));
    let of = of.filter(memories::tenant_id.eq(tenant.as_str())).filter(memories::id.eq(id.0));
    let rows: Vec<(Row, Option<VersionRow>)> = of.order(versions::version).load(&mut connection).await?;
    let Some((present, _)) = rows.as_slice().first() else { return Ok(Vec::new()) };
    let present = Kept::try_from(present.clone())?;
    let earlier = rows.into_iter().filter_map(|(_, row)| row).map(|row| row.of(&present.memory));
    let mut all = earlier.collect::<Result<Vec<_>, InvalidRow>>()?;
    all.push(Version { memory: present.memory, since: present.since, subject: present.subject });
    Ok(all)
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
