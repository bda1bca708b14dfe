//! Maintenance: one row of `settings`, and in memory as long as the folder is open.

use application::ports::ledger::{Maintaining, Maintenance};
use diesel::prelude::*;
use somabrain_record::maintenance::{MaintenanceRecord, NAME};

use crate::audit::Done;
use crate::desk::Desk;
use crate::error::{ActError, Error, InvalidRow};
use crate::index::Effect;
use crate::schema::settings;

impl Desk {
    /// Begins or ends maintenance.
    pub(crate) fn maintain(&mut self, act: &Maintaining) -> Result<Option<Maintenance>, ActError> {
        self.latest = self.latest.max(act.note.at);
        let outcome = act.outcome();
        match &outcome {
            Some(Maintenance { since, tenant, subject, reason }) => {
                let record = MaintenanceRecord {
                    since: since.micros(),
                    tenant: tenant.as_ref().map(ToString::to_string),
                    subject: subject.clone(),
                    reason: reason.clone(),
                };
                let row = (settings::name.eq(NAME), settings::value.eq(record.to_json()));
                diesel::replace_into(settings::table).values(row).execute(&mut self.connection)?;
            }
            None => {
                diesel::delete(settings::table.find(NAME)).execute(&mut self.connection)?;
            }
        }
        let done = Done { resource: "maintenance", ids: &[], count: 1, namespace: None };
        self.chains.append(&mut self.connection, &act.tenant, &act.note, &done)?;
        self.effects.push(Effect::Maintenance(outcome.clone()));
        Ok(outcome)
    }
}

/// How things stand by the rows.
pub(crate) fn load(connection: &mut SqliteConnection) -> Result<Option<Maintenance>, Error> {
    let value = settings::table.find(NAME).select(settings::value).first::<String>(connection).optional()?;
    let Some(value) = value else { return Ok(None) };
    let invalid = |error| InvalidRow::new("value", error);
    let record = MaintenanceRecord::from_json(&value).map_err(invalid)?;
    let since = record.moment().map_err(invalid)?;
    let tenant = record.tenant().map_err(invalid)?;
    Ok(Some(Maintenance { since, tenant, subject: record.subject, reason: record.reason }))
}
