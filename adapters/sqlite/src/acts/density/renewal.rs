//! A matrix that is again what it was, or begins anew: by an operator's act, or because it broke a law.

use application::ports::density::{Renewed, Resetting, Restoring, Snapshot};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use domain::memory::Seq;
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use crate::audit::Done;
use crate::desk::Desk;
use crate::error::{ActError, Error};
use crate::index::Effect;
use crate::row;
use crate::schema::{memories, merged};

/// Memories that only later versions of their matrix have seen are to be merged again.
const UNMERGE: &str = "INSERT OR IGNORE INTO unmerged (seq) SELECT g.seq FROM merged g JOIN memories m ON m.seq = g.seq \
    WHERE m.tenant = ? AND m.namespace = ? AND g.version > ? ORDER BY g.seq";
const UNMERGED: &str = "DELETE FROM merged WHERE seq IN (SELECT seq FROM unmerged)";

impl Desk {
    /// Begins a matrix anew.
    pub(crate) fn reset(&mut self, act: &Resetting) -> Result<Renewed, ActError> {
        self.latest = self.latest.max(act.note.at);
        let unmerged = self.begin_anew(&act.tenant, &act.namespace)?;
        let done = Done { resource: "density", ids: &[], count: unmerged as usize, namespace: Some(&act.namespace) };
        self.chains.append(&mut self.connection, &act.tenant, &act.note, &done)?;
        Ok(Renewed { snapshot: None, unmerged })
    }

    /// Makes a matrix what it was.
    pub(crate) fn restore(&mut self, act: &Restoring) -> Result<Option<Renewed>, ActError> {
        self.latest = self.latest.max(act.note.at);
        let Some(renewed) = self.go_back(&act.tenant, &act.namespace, act.at)? else { return Ok(None) };
        let count = renewed.unmerged as usize;
        let done = Done { resource: "density", ids: &[], count, namespace: Some(&act.namespace) };
        self.chains.append(&mut self.connection, &act.tenant, &act.note, &done)?;
        Ok(Some(renewed))
    }

    /// Makes the matrix what its newest sound snapshot at or before a moment says; nothing where there is none.
    pub(super) fn go_back(
        &mut self,
        tenant: &Tenant,
        namespace: &Namespace,
        at: Option<Timestamp>,
    ) -> Result<Option<Renewed>, Error> {
        let Some(sound) = self.newest_sound(tenant, namespace, at)? else { return Ok(None) };
        self.write(&sound.row)?;
        self.forget_later(&sound)?;
        let unmerged = self.unmerge(tenant, namespace, sound.row.version)?;
        let snapshot = Snapshot { taken: sound.taken, observations: sound.matrix.observations() };
        self.effects.push(Effect::Matrix(tenant.clone(), namespace.clone(), Some(sound.matrix.into())));
        Ok(Some(Renewed { snapshot: Some(snapshot), unmerged }))
    }

    /// Takes the matrix and its snapshots away, and unmerges all memories of the namespace; how many had been merged.
    pub(crate) fn begin_anew(&mut self, tenant: &Tenant, namespace: &Namespace) -> Result<u64, Error> {
        self.erase_matrices(tenant, namespace)?;
        self.unmerge(tenant, namespace, 0)
    }

    /// Unmerges the memories that no version up to this one has seen; how many.
    fn unmerge(&mut self, tenant: &Tenant, namespace: &Namespace, version: i64) -> Result<u64, Error> {
        let (tenant_name, name) = (tenant.as_str(), namespace.as_str());
        let later = merged::table.inner_join(memories::table.on(memories::seq.eq(merged::seq)));
        let later = later.filter(memories::tenant.eq(tenant_name)).filter(memories::namespace.eq(name));
        let later = later.filter(merged::version.gt(version)).select((memories::seq, memories::id));
        let later: Vec<(i64, Vec<u8>)> = later.load(&mut self.connection)?;
        let unmerge = diesel::sql_query(UNMERGE).bind::<Text, _>(tenant_name).bind::<Text, _>(name);
        unmerge.bind::<BigInt, _>(version).execute(&mut self.connection)?;
        diesel::sql_query(UNMERGED).execute(&mut self.connection)?;
        for (seq, id) in &later {
            self.effects.push(Effect::Unmerged(Seq(*seq), tenant.clone(), row::id("id", id)?));
        }
        Ok(later.len() as u64)
    }
}
