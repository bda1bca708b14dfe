//! Into the tables: all rows in one transaction, checked before it ends.

use std::collections::BTreeMap;

use application::ports::ledger::{Erasing, Note, Selection};
use application::ports::long_term::Entry;
use diesel::sql_types::Text;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager};
use domain::audit::AuditKey;
use domain::memory::MemoryId;
use domain::tenant::Tenant;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc::Sender;

use super::tables::{SEQUENCES, names, number, quoted};
use super::{Restoration, Restored, Table, TransferError, check, failed};
use crate::acts::erase;
use crate::config::Config;
use crate::error::Error;
use crate::removals;

/// Bytes of lines that one statement takes, about.
const BATCH: usize = 4 << 20;
/// Times that the tables are asked for when other acts clash with that.
const TRIES: usize = 5;
/// Ids that one act buries.
const BURIED: usize = 10_000;
/// Places in the ledger that are left out after those of the dump: nobody takes a new act for one that was restored away.
const GAP: i64 = 1_000_000_000;

/// How far a sequence is.
#[derive(Deserialize)]
struct Sequence {
    name: String,
    last: i64,
}

pub(super) async fn rehearse(
    mut connection: AsyncPgConnection,
    key: &AuditKey,
    tables: Vec<Table>,
    entries: Sender<Vec<(Tenant, Entry)>>,
) -> Result<Restored, TransferError> {
    let known = names(&mut connection).await.map_err(TransferError::at("list the tables"))?;
    // Tables of these names that are this connection's own come before the others.
    let own = known.iter().map(|name| {
        let name = quoted(name);
        format!(
            "CREATE TEMPORARY TABLE {name} (LIKE {name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);"
        )
    });
    let own: String = own.collect();
    run(&mut connection, &format!("BEGIN; SET LOCAL row_security = off; {own}"))
        .await
        .map_err(TransferError::at("make room for a rehearsal"))?;
    fill(&mut connection, &known, tables).await?;
    let found = check::all(&mut connection, key, Some(entries)).await?;
    let ended = AnsiTransactionManager::rollback_transaction(&mut connection).await;
    ended.map_err(|error| TransferError::at("end the rehearsal")(error.into()))?;
    Ok(found)
}

pub(super) async fn restore(
    mut connection: AsyncPgConnection,
    config: &Config,
    restoration: Restoration,
) -> Result<Restored, TransferError> {
    let Restoration { tables, buried, note } = restoration;
    let known = names(&mut connection).await.map_err(TransferError::at("list the tables"))?;
    let all: Vec<String> = known.iter().map(|name| quoted(name)).collect();
    let all = all.join(", ");
    take(&mut connection, &all).await.map_err(TransferError::at("take the tables"))?;
    // Rows that triggers write are in the dump too.
    triggers(&mut connection, &known, "DISABLE").await.map_err(TransferError::at("hold the triggers"))?;
    let sequences = fill(&mut connection, &known, tables).await?;
    triggers(&mut connection, &known, "ENABLE").await.map_err(TransferError::at("let the triggers go"))?;
    go_on(&mut connection, &sequences).await.map_err(TransferError::at("set the sequences"))?;
    check::all(&mut connection, &config.audit_key, None).await?;
    let erased = bury(&mut connection, config, &note, buried).await?;
    // Once more: what is there now is what is to be served.
    let found = check::all(&mut connection, &config.audit_key, None).await?;
    let ended = AnsiTransactionManager::commit_transaction(&mut connection).await;
    ended.map_err(|error| TransferError::at("commit what was restored")(error.into()))?;
    Ok(Restored { erased, ..found })
}

async fn run(connection: &mut AsyncPgConnection, sql: &str) -> Result<(), Error> {
    Ok(AnsiTransactionManager::begin_transaction_sql(connection, sql).await?)
}

/// Begins, when whoever works in any of the tables has ended, and empties them. Others may stand in a circle with this.
async fn take(connection: &mut AsyncPgConnection, all: &str) -> Result<(), Error> {
    let sql = format!("BEGIN; SET LOCAL row_security = off; LOCK TABLE {all} IN ACCESS EXCLUSIVE MODE; TRUNCATE {all}");
    for _ in 1..TRIES {
        match run(connection, &sql).await {
            Err(error) if error.is_clash() => connection.batch_execute("ROLLBACK").await?,
            done => return done,
        }
    }
    run(connection, &sql).await
}

async fn triggers(connection: &mut AsyncPgConnection, tables: &[String], act: &str) -> Result<(), Error> {
    let each = |name: &String| format!("ALTER TABLE {} {act} TRIGGER USER;", quoted(name));
    let sql: String = tables.iter().map(each).collect();
    Ok(connection.batch_execute(&sql).await?)
}

/// Fills the tables; answers the lines that say how far the sequences are.
async fn fill(
    connection: &mut AsyncPgConnection,
    known: &[String],
    tables: Vec<Table>,
) -> Result<Vec<Sequence>, TransferError> {
    let mut sequences = Vec::new();
    for Table { name, lines, rows } in tables {
        let unfitting = |why: String| TransferError::Unfitting { table: name.clone(), why };
        if name == SEQUENCES {
            for line in lines {
                let sequence = serde_json::from_str(&line?).map_err(|error| unfitting(error.to_string()))?;
                sequences.push(sequence);
            }
            continue;
        }
        if !known.contains(&name) {
            return Err(unfitting("there is no such table: the backup is of a later version".into()));
        }
        let (mut batch, mut found) = (Vec::new(), 0);
        let mut bytes = 0;
        for line in lines {
            let line = line?;
            (bytes, found) = (bytes + line.len(), found + 1);
            batch.push(line);
            if bytes >= BATCH {
                insert(connection, &name, &batch).await?;
                (batch, bytes) = (Vec::new(), 0);
            }
        }
        insert(connection, &name, &batch).await?;
        if found != rows {
            return Err(unfitting(format!("has {found} lines, the manifest says {rows}")));
        }
    }
    Ok(sequences)
}

async fn insert(connection: &mut AsyncPgConnection, table: &str, lines: &[String]) -> Result<(), TransferError> {
    let Some(first) = lines.first() else { return Ok(()) };
    let row: Map<String, Value> = serde_json::from_str(first)
        .map_err(|error| TransferError::Unfitting { table: table.into(), why: error.to_string() })?;
    let columns: Vec<String> = row.keys().map(|name| quoted(name)).collect();
    let (columns, table) = (columns.join(", "), quoted(table));
    let sql = format!(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, $1::json)"
    );
    let rows = format!("[{}]", lines.join(","));
    let inserted = diesel::sql_query(sql).bind::<Text, _>(rows).execute(connection).await;
    inserted.map(drop).map_err(|error| TransferError::at("write a table")(error.into()))
}

/// Sequences go on after whatever they or the dump have reached.
async fn go_on(connection: &mut AsyncPgConnection, sequences: &[Sequence]) -> Result<(), Error> {
    for Sequence { name, last } in sequences {
        let there = format!(
            "SELECT last_value AS number FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = '{}'",
            name.replace('\'', "''")
        );
        let reached = i64::try_from(number(connection, &there).await?).unwrap_or(i64::MAX);
        let gap = if name == "ledger_seq" { GAP } else { 0 };
        let next = reached.max(*last).saturating_add(gap);
        let set = format!("SELECT setval('{}', {next})", quoted(name).replace('\'', "''"));
        connection.batch_execute(&set).await?;
    }
    Ok(())
}

/// Erases what was erased since; a namespace of which nothing is left loses its matrix too.
async fn bury(
    connection: &mut AsyncPgConnection,
    config: &Config,
    note: &Note,
    buried: Vec<(Tenant, Vec<MemoryId>)>,
) -> Result<u64, TransferError> {
    let doing = || TransferError::at("erase what was erased since");
    let mut erased = 0;
    for (tenant, ids) in buried {
        let set = format!("SELECT set_config('app.current_tenant', '{}', true)", tenant.as_str().replace('\'', "''"));
        connection.batch_execute(&set).await.map_err(|error| doing()(error.into()))?;
        let mut touched = BTreeMap::new();
        for some in ids.chunks(BURIED) {
            let act =
                Erasing { tenant: tenant.clone(), selection: Selection::Buried(some.to_vec()), note: note.clone() };
            let done = erase::run(connection, &act, config.events).await.map_err(|error| doing()(failed(error)))?;
            erased += done.answer.memories.len() as u64;
            touched.extend(done.answer.memories.into_iter().map(|memory| (memory.namespace, ())));
        }
        for namespace in touched.keys() {
            let left = crate::reads::namespaces(connection, &tenant).await.map_err(doing())?;
            if left.iter().all(|(name, _)| name != namespace) {
                removals::matrices(connection, &tenant, namespace).await.map_err(doing())?;
            }
        }
    }
    Ok(erased)
}
