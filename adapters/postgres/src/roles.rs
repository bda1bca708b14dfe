//! The roles of a deployment: one owns the tables, one serves and sees one tenant at a time, one sees them all.

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::error::Error;

/// Times that the roles are admitted where that and whoever works in the tables wait for each other.
const TRIES: usize = 5;

/// Gives the roles what they need, where they are there and this one owns the tables: at each start, since they may have
/// come after the tables. Replicas do it one after another, by a lock.
pub(crate) async fn admit(connection: &mut AsyncPgConnection, lock: i64) -> Result<(), Error> {
    let sql = format!(
        "BEGIN; SELECT pg_advisory_xact_lock({lock}); SELECT admit_roles() FROM pg_class \
         WHERE oid = 'memories'::regclass AND pg_has_role(relowner, 'USAGE'); COMMIT"
    );
    for _ in 1..TRIES {
        match connection.batch_execute(&sql).await.map_err(Error::from) {
            Err(error) if error.is_clash() => connection.batch_execute("ROLLBACK").await?,
            done => return done,
        }
    }
    Ok(connection.batch_execute(&sql).await?)
}
