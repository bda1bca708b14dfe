//! From the rows to what is in memory; every checksum is verified on the way.

use std::collections::BTreeSet;

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use domain::index::lens::Lens;
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use crate::acts::density::row::MatrixRow;
use crate::acts::maintain;
use crate::error::{Error, InvalidRow};
use crate::index::{Directory, Effect};
use crate::row::{self, Kept, Row};
use crate::schema::{density, density_snapshots, links, memories, tombstones, unmerged, versions};
use crate::versions::VersionRow;

/// What was loaded.
pub(crate) struct Loaded {
    /// Everything in memory.
    pub(crate) directory: Directory,
    /// The last place given away.
    pub(crate) last: Seq,
    /// The latest moment that any memory names.
    pub(crate) latest: Timestamp,
    /// Whose matrices break a law.
    pub(crate) unsound: Vec<(Tenant, Namespace)>,
}

/// Loads everything in one reading transaction.
pub(crate) fn load(connection: &mut SqliteConnection, lens: Lens) -> Result<Loaded, Error> {
    connection.transaction(|connection| {
        let (directory, unsound) = (Directory::new(lens), Vec::new());
        let mut loaded = Loaded { directory, last: Seq(0), latest: Timestamp::MIN, unsound };
        load_memories(connection, &mut loaded)?;
        load_unmerged(connection, &mut loaded)?;
        load_tombstones(connection, &mut loaded)?;
        load_matrices(connection, &mut loaded)?;
        loaded.directory.apply(Effect::Maintenance(maintain::load(connection)?));
        check_versions(connection)?;
        Ok(loaded)
    })
}

fn load_memories(connection: &mut SqliteConnection, loaded: &mut Loaded) -> Result<(), Error> {
    let mut far_ends = 0;
    for row in memories::table.order(memories::seq).load_iter::<Row, DefaultLoadingMode>(connection)? {
        let kept = Kept::try_from(row?)?;
        far_ends += kept.memory.links.iter().collect::<BTreeSet<_>>().len() as i64;
        loaded.last = loaded.last.max(kept.changed).max(kept.seq);
        loaded.latest = loaded.latest.max(kept.since);
        loaded.directory.apply(Effect::Put(kept.seq, kept.changed, kept.memory));
    }
    let found: i64 = links::table.count().get_result(connection)?;
    if found != far_ends {
        return Err(InvalidRow::new("links", format!("{found} links are listed, the memories hold {far_ends}")).into());
    }
    Ok(())
}

fn load_unmerged(connection: &mut SqliteConnection, loaded: &mut Loaded) -> Result<(), Error> {
    let places = unmerged::table.inner_join(memories::table.on(memories::seq.eq(unmerged::seq)));
    let places = places.select((unmerged::seq, memories::tenant, memories::id));
    for place in places.load_iter::<(i64, String, Vec<u8>), DefaultLoadingMode>(connection)? {
        let (seq, tenant, id) = place?;
        loaded.directory.apply(Effect::Unmerged(Seq(seq), row::tenant(&tenant)?, row::id("id", &id)?));
    }
    Ok(())
}

fn load_tombstones(connection: &mut SqliteConnection, loaded: &mut Loaded) -> Result<(), Error> {
    let stones = tombstones::table.select((tombstones::tenant, tombstones::id, tombstones::seq));
    for stone in stones.load_iter::<(String, Vec<u8>, i64), DefaultLoadingMode>(connection)? {
        let (tenant, id, seq) = stone?;
        loaded.last = loaded.last.max(Seq(seq));
        loaded.directory.apply(Effect::Erase(Seq(seq), row::tenant(&tenant)?, row::id("id", &id)?));
    }
    Ok(())
}

/// A matrix is derived from memories: one that is damaged keeps nothing from being loaded. They are checked one by one and
/// stay on disk until somebody asks for them.
fn load_matrices(connection: &mut SqliteConnection, loaded: &mut Loaded) -> Result<(), Error> {
    for row in density::table.load_iter::<MatrixRow, DefaultLoadingMode>(connection)? {
        let row = row?;
        let (Ok(tenant), Ok(namespace)) = (row::tenant(&row.tenant), row::namespace(&row.namespace)) else {
            tracing::error!("a density matrix breaks an invariant: it is of no tenant or namespace; it is passed over");
            continue;
        };
        match row.read() {
            Ok(read) if read.broken.is_empty() => {
                loaded.directory.note_matrix((tenant, namespace));
            }
            _ => loaded.unsound.push((tenant, namespace)),
        }
    }
    // The first merge leaves a snapshot: a matrix that has one and no row was lost.
    let merged = density_snapshots::table.select((density_snapshots::tenant, density_snapshots::namespace)).distinct();
    for (tenant, namespace) in merged.load::<(String, String)>(connection)? {
        let (Ok(tenant), Ok(namespace)) = (row::tenant(&tenant), row::namespace(&namespace)) else { continue };
        let place = (tenant, namespace);
        if !loaded.directory.has_matrix(&place) && !loaded.unsound.contains(&place) {
            loaded.unsound.push(place);
        }
    }
    Ok(())
}

/// Versions stay on disk until somebody asks for them; they are only checked here.
fn check_versions(connection: &mut SqliteConnection) -> Result<(), Error> {
    let all = versions::table.select(VersionRow::as_select());
    for row in all.load_iter::<VersionRow, DefaultLoadingMode>(connection)? {
        row?.check()?;
    }
    Ok(())
}
