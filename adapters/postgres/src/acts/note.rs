//! Acts that are done elsewhere: an audit row each, and its event.

use application::ports::ledger::Noting;
use diesel_async::AsyncPgConnection;

use crate::acts::Telling;
use crate::audit::Done;
use crate::error::ActError;
use crate::lookups;

/// Writes the row.
pub(crate) async fn run(connection: &AsyncPgConnection, act: &Noting, events: bool) -> Result<(), ActError> {
    let numbers = lookups::numbers(connection, 0).await?;
    let done = Done { resource: act.resource, namespace: None, ids: &[] };
    Telling { tenant: &act.tenant, note: &act.note, events }.tell(connection, numbers.audit, &done, &[]).await?;
    Ok(())
}
