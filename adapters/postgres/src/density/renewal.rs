//! A matrix that is again what it was, or begins anew: by an operator's act, or because it broke a law.

use std::sync::Arc;

use application::ports::density::{Renewed, Resetting, Restoring, Snapshot};
use application::ports::ledger::Note;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;

use super::cache::Seen;
use super::{Place, matrix, snapshots};
use crate::acts::Telling;
use crate::audit::Done;
use crate::error::{ActError, Error};
use crate::schema::observations;
use crate::{lookups, removals};

/// Begins a matrix anew.
pub(super) async fn reset(connection: &AsyncPgConnection, act: &Resetting, events: bool) -> Result<Renewed, ActError> {
    let unmerged = begin_anew(connection, &act.tenant, &act.namespace).await?;
    tell(connection, Place { tenant: &act.tenant, namespace: &act.namespace }, &act.note, events).await?;
    Ok(Renewed { snapshot: None, unmerged })
}

/// Makes a matrix what it was.
pub(super) async fn restore(
    connection: &AsyncPgConnection,
    act: &Restoring,
    events: bool,
) -> Result<Option<Renewed>, ActError> {
    let place = Place { tenant: &act.tenant, namespace: &act.namespace };
    let Some((_, renewed)) = go_back(connection, place, act.at).await? else { return Ok(None) };
    tell(connection, place, &act.note, events).await?;
    Ok(Some(renewed))
}

async fn tell(connection: &AsyncPgConnection, place: Place<'_>, note: &Note, events: bool) -> Result<(), Error> {
    let numbers = lookups::numbers(connection, 0).await?;
    let done = Done { resource: "density", namespace: Some(place.namespace), ids: &[] };
    Telling { tenant: place.tenant, note, events }.tell(connection, numbers.audit, &done, &[]).await
}

/// Makes the matrix what its newest sound snapshot at or before a moment says; nothing where there is none.
pub(super) async fn go_back(
    connection: &AsyncPgConnection,
    place: Place<'_>,
    at: Option<Timestamp>,
) -> Result<Option<(Seen, Renewed)>, Error> {
    let Some(sound) = snapshots::newest_sound(connection, place, at).await? else { return Ok(None) };
    matrix::put(connection, &sound.row).await?;
    snapshots::forget_later(connection, place, &sound).await?;
    let unmerged = unmerge(connection, place.tenant, place.namespace, sound.row.version).await?;
    let snapshot = Snapshot { taken: sound.taken, observations: sound.matrix.observations() };
    let seen = sound.row.remembered(Arc::new(sound.matrix));
    Ok(Some((seen, Renewed { snapshot: Some(snapshot), unmerged })))
}

/// Takes the matrix and its snapshots away, and unmerges all memories of the namespace; how many had been merged.
pub(crate) async fn begin_anew(
    connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
) -> Result<u64, Error> {
    removals::matrices(connection, tenant, namespace).await?;
    unmerge(connection, tenant, namespace, 0).await
}

/// Unmerges the memories that no version up to this one has seen; how many.
async fn unmerge(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    namespace: &Namespace,
    version: i64,
) -> Result<u64, Error> {
    let of = observations::table.filter(observations::tenant_id.eq(tenant.as_str()));
    let later = of.filter(observations::namespace.eq(namespace.as_str())).filter(observations::version.gt(version));
    let none = (observations::version.eq(None::<i64>), observations::position.eq(None::<i32>));
    Ok(diesel::update(later).set(none).execute(&mut connection).await? as u64)
}
