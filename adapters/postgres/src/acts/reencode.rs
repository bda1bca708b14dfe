//! Other encodings for memories that are there: no version, a new place, and a matrix that begins anew with the last one.

use std::collections::{BTreeSet, HashMap};

use application::ports::ledger::{Reencoding, Written};
use application::ports::long_term::Entry;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::encoding::Encoding;
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::Namespace;

use super::{Telling, put};
use crate::audit::{Done, only};
use crate::density::renewal::begin_anew;
use crate::error::{ActError, Error};
use crate::lookups;
use crate::row::{Kept, Row};
use crate::schema::memories;
use crate::writes;

/// Gives memories other encodings. The tenant is locked whole: no fold is merged while its matrix may go.
pub(crate) async fn run(
    connection: &AsyncPgConnection,
    act: &Reencoding,
    events: bool,
) -> Result<Written<usize>, ActError> {
    let tenant = &act.tenant;
    let mut recoded = recoded(connection, act).await?;
    if recoded.is_empty() {
        return Ok(Written::whole(0));
    }
    let mut numbers = lookups::numbers(connection, recoded.len()).await?;
    recoded.iter_mut().for_each(|kept| kept.changed = numbers.place());
    let ids: Vec<MemoryId> = recoded.iter().map(|kept| kept.memory.id).collect();
    write(connection, &recoded).await?;
    writes::take_back(connection, tenant, &ids, recoded[0].changed).await?;
    let namespaces: BTreeSet<&Namespace> = recoded.iter().map(|kept| &kept.memory.namespace).collect();
    let last = recoded.iter().map(|kept| kept.seq).max().unwrap_or_default();
    for namespace in &namespaces {
        // The directions of its matrix are another encoder's.
        if !has_foreign(connection, act, namespace, last).await? {
            begin_anew(connection, tenant, namespace).await?;
        }
    }
    let deliver: Vec<Entry> = recoded.iter().map(put).collect();
    let telling = Telling { tenant, note: &act.note, events };
    let done = Done { resource: "encoding", namespace: only(namespaces.into_iter()), ids: &ids };
    telling.tell(connection, numbers.audit, &done, &deliver).await?;
    Ok(Written { answer: ids.len(), deliver })
}

/// The memories that have another encoding than they are to have, with that one, in the order of storing.
async fn recoded(connection: &AsyncPgConnection, act: &Reencoding) -> Result<Vec<Kept>, Error> {
    let wanted: HashMap<MemoryId, &Option<Encoding>> = act.encodings.iter().map(|(id, one)| (*id, one)).collect();
    let ids: Vec<MemoryId> = wanted.keys().copied().collect();
    let mut kept = lookups::by_ids(connection, &act.tenant, &ids).await?;
    kept.retain_mut(|kept| {
        let encoding = wanted[&kept.memory.id];
        let differs = kept.memory.encoding != *encoding;
        if differs {
            kept.memory = Memory { encoding: encoding.clone(), ..(*kept.memory).clone() }.into();
        }
        differs
    });
    kept.sort_unstable_by_key(|kept| kept.seq);
    Ok(kept)
}

async fn write(mut connection: &AsyncPgConnection, recoded: &[Kept]) -> Result<(), Error> {
    let rows: Vec<Row> = recoded.iter().map(Row::from).collect();
    for some in rows.chunks(1_000) {
        let written = diesel::insert_into(memories::table).values(some);
        let written = written.on_conflict((memories::tenant_id, memories::id)).do_update().set((
            memories::changed_seq.eq(excluded(memories::changed_seq)),
            memories::encoder.eq(excluded(memories::encoder)),
            memories::encoding.eq(excluded(memories::encoding)),
            memories::checksum.eq(excluded(memories::checksum)),
        ));
        written.execute(&mut connection).await?;
    }
    Ok(())
}

/// Whether encodings of another encoder are left in the namespace: looked for after a place first, where the next is
/// usually found.
async fn has_foreign(
    mut connection: &AsyncPgConnection,
    act: &Reencoding,
    namespace: &Namespace,
    last: Seq,
) -> Result<bool, Error> {
    let foreign = || {
        let all = memories::table.filter(memories::tenant_id.eq(act.tenant.as_str()));
        all.filter(memories::namespace.eq(namespace.as_str())).filter(memories::encoder.ne(act.encoder.as_str()))
    };
    let later = diesel::select(exists(foreign().filter(memories::seq.gt(last.0))));
    if later.get_result::<bool>(&mut connection).await? {
        return Ok(true);
    }
    let earlier = diesel::select(exists(foreign().filter(memories::seq.le(last.0))));
    Ok(earlier.get_result::<bool>(&mut connection).await?)
}
