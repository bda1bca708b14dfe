//! Maintenance: one row of `settings`, which replicas read again each second.

use application::ports::ledger::{Maintaining, Maintenance};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use somabrain_record::maintenance::{MaintenanceRecord, NAME};

use crate::acts::Telling;
use crate::audit::Done;
use crate::error::{ActError, Error, InvalidRow};
use crate::lookups;
use crate::schema::settings;

/// Begins or ends maintenance.
pub(crate) async fn run(
    mut connection: &AsyncPgConnection,
    act: &Maintaining,
    events: bool,
) -> Result<Option<Maintenance>, ActError> {
    let outcome = act.outcome();
    match &outcome {
        Some(Maintenance { since, tenant, subject, reason }) => {
            let record = MaintenanceRecord {
                since: since.micros(),
                tenant: tenant.as_ref().map(ToString::to_string),
                subject: subject.clone(),
                reason: reason.clone(),
            };
            let value = settings::value.eq(record.to_json());
            let row = diesel::insert_into(settings::table).values((settings::name.eq(NAME), value.clone()));
            let row = row.on_conflict(settings::name).do_update().set(value);
            row.execute(&mut connection).await.map_err(Error::from)?;
        }
        None => {
            let row = diesel::delete(settings::table.find(NAME));
            row.execute(&mut connection).await.map_err(Error::from)?;
        }
    }
    let numbers = lookups::numbers(connection, 0).await?;
    let done = Done { resource: "maintenance", namespace: None, ids: &[] };
    Telling { tenant: &act.tenant, note: &act.note, events }.tell(connection, numbers.audit, &done, &[]).await?;
    Ok(outcome)
}

/// How things stand.
pub(crate) async fn read(mut connection: &AsyncPgConnection) -> Result<Option<Maintenance>, Error> {
    let value = settings::table.find(NAME).select(settings::value);
    let Some(value) = value.first::<String>(&mut connection).await.optional()? else { return Ok(None) };
    let invalid = |error| InvalidRow::new("value", error);
    let record = MaintenanceRecord::from_json(&value).map_err(invalid)?;
    let since = record.moment().map_err(invalid)?;
    let tenant = record.tenant().map_err(invalid)?;
    Ok(Some(Maintenance { since, tenant, subject: record.subject, reason: record.reason }))
}
