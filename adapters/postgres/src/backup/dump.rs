//! Out of the tables: one snapshot, read a batch at a time.

use std::collections::BTreeMap;
use std::io;

use diesel_async::{AnsiTransactionManager, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};

use super::tables::{SEQUENCES, lines, names, quoted, schema};
use super::{Dumped, TransferError};

/// Rows of a batch.
const AT_ONCE: usize = 1_000;

/// A role that row-level security hides rows from gets an error instead of fewer rows; the first question takes the snapshot.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL row_security = off; \
                     SET LOCAL timezone = 'UTC'; SELECT 1";

const NUMBERS: &str = "SELECT json_build_object('name', sequencename, 'last', last_value)::text AS line \
                       FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1";

pub(super) async fn run(
    mut connection: AsyncPgConnection,
    mut line: impl FnMut(&str, &str) -> io::Result<()> + Send,
) -> Result<Dumped, TransferError> {
    let connection = &mut connection;
    let began = AnsiTransactionManager::begin_transaction_sql(connection, BEGIN).await;
    began.map_err(|error| TransferError::at("begin to read")(error.into()))?;
    let schema = schema(connection).await.map_err(TransferError::at("read the schema's version"))?;
    let mut rows = BTreeMap::new();
    for table in names(connection).await.map_err(TransferError::at("list the tables"))? {
        let count = copy(connection, &table, &mut line).await?;
        rows.insert(table, count);
    }
    // Read last: at least as far as any row that was read.
    let numbers = lines(connection, NUMBERS).await.map_err(TransferError::at("read the sequences"))?;
    rows.insert(SEQUENCES.into(), numbers.len() as u64);
    numbers.iter().try_for_each(|number| line(SEQUENCES, number))?;
    let ended = AnsiTransactionManager::commit_transaction(connection).await;
    ended.map_err(|error| TransferError::at("end reading")(error.into()))?;
    Ok(Dumped { schema, rows })
}

async fn copy(
    connection: &mut AsyncPgConnection,
    table: &str,
    line: &mut (impl FnMut(&str, &str) -> io::Result<()> + Send),
) -> Result<u64, TransferError> {
    let doing = || TransferError::at("read a table");
    let open =
        format!("DECLARE dump NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS line FROM {} t", quoted(table));
    connection.batch_execute(&open).await.map_err(|error| doing()(error.into()))?;
    let (fetch, mut rows) = (format!("FETCH FORWARD {AT_ONCE} FROM dump"), 0);
    loop {
        let some = lines(connection, &fetch).await.map_err(doing())?;
        some.iter().try_for_each(|row| line(table, row))?;
        rows += some.len() as u64;
        if some.len() < AT_ONCE {
            break;
        }
    }
    connection.batch_execute("CLOSE dump").await.map_err(|error| doing()(error.into()))?;
    Ok(rows)
}
