//! The networked profile's backups: every row of Postgres as a line of JSON, a compressed file a table.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use application::ports::Ports;
use application::ports::long_term::{Act, Entry, LongTermMemory};
use domain::audit::Published;
use domain::index::lens::Lens;
use domain::memory::{Memory, MemoryId};
use domain::tenant::Tenant;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;
use somabrain_backup::{Backup, Place};
use somabrain_postgres::{Restoration, Table};
use somabrain_sqlite::{Engine, EngineConfig};
use somabrain_static_encoder::StaticEncoder;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::create::Written;
use super::{Outcome, by_tenant, note, now, sample};
use crate::commands::reindex;
use crate::networked;
use crate::settings::Settings;

/// How the name of a table's file ends.
const END: &str = ".ndjson.gz";
/// Batches of memories that wait to be indexed.
const WAITING: usize = 4;

/// A row of `tombstones`.
#[derive(Deserialize)]
struct Stone {
    tenant_id: String,
    id: Uuid,
}

/// Dumps the database, whoever writes to it meanwhile.
pub(super) async fn write(settings: &Settings, into: &Path) -> Result<Written> {
    let postgres = networked::postgres_as_it_is(settings).await?;
    let mut files: BTreeMap<String, GzEncoder<BufWriter<File>>> = BTreeMap::new();
    let mut erased = Vec::new();
    let dumped = postgres.dump(|table, line| {
        if table == "tombstones" {
            let stone: Stone = serde_json::from_str(line)?;
            let tenant = Tenant::try_new(&stone.tenant_id).map_err(io::Error::other)?;
            erased.push((tenant, MemoryId(stone.id)));
        }
        if !files.contains_key(table) {
            let file = BufWriter::new(File::create(into.join(format!("{table}{END}")))?);
            files.insert(table.to_owned(), GzEncoder::new(file, Compression::fast()));
        }
        let file = files.get_mut(table).expect("it was opened above");
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")
    });
    let dumped = dumped.await?;
    for file in files.into_values() {
        file.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    }
    Ok(Written { schema: dumped.schema, rows: dumped.rows, erased })
}

/// Restores into tables that nobody else sees, and searches them by an index of their own.
pub(super) async fn verify(settings: &Settings, backup: &Backup) -> Result<Outcome> {
    let postgres = networked::postgres(settings).await?;
    let scratch =
        tempfile::tempdir().context("could not make a scratch folder: is there room in the temporary folder?")?;
    let encoder = StaticEncoder::shipped().context("the shipped table of the encoder could not be read")?;
    let lens = Lens { table: Some(encoder.table()), ways: settings.ways };
    let engine = Engine::open(EngineConfig { lens, ..EngineConfig::new(scratch.path(), Uuid::nil()) }).await?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let (restored, sample) = tokio::join!(postgres.rehearse(tables(backup)?, sender), index(&engine, receiver));
    let (restored, sample) = (restored?, sample?);
    let found = sample::find(&engine, &sample, now()).await?;
    Ok(Outcome {
        memories: restored.memories,
        events: restored.events,
        unsound: restored.unsound,
        asked: sample.len(),
        found,
        ..Outcome::default()
    })
}

/// Puts what comes into the index; answers a sample of it.
async fn index(engine: &Engine, mut entries: mpsc::Receiver<Vec<(Tenant, Entry)>>) -> Result<Vec<Arc<Memory>>> {
    let mut sample = Vec::new();
    while let Some(batch) = entries.recv().await {
        let mut tenants: BTreeMap<Tenant, Vec<Entry>> = BTreeMap::new();
        for (tenant, entry) in batch {
            tenants.entry(tenant).or_default().push(entry);
        }
        for (tenant, entries) in tenants {
            engine.apply(&tenant, &entries).await.context("could not index what was restored")?;
            let first = entries.into_iter().find_map(|entry| match entry.act {
                Act::Put { memory, .. } => Some(memory),
                Act::Erase { .. } => None,
            });
            sample.extend(first);
        }
    }
    let step = (sample.len() / sample::SIZE).max(1);
    Ok(sample.into_iter().step_by(step).take(sample::SIZE).collect())
}

/// Puts a backup in the place of all rows; then the memory service is told everything anew.
pub(super) async fn restore(settings: &Settings, place: &Place, backup: &Backup) -> Result<Outcome> {
    let postgres = networked::postgres(settings).await?;
    // What the present rows say was erased must not come back either.
    super::note_erased(place, postgres.erased().await.context("could not ask what was erased")?)?;
    let buried = by_tenant(place.erasures().read()?).into_iter().collect();
    let restoration = Restoration { tables: tables(backup)?, buried, note: note(now()) };
    let restored = postgres.restore(restoration).await?;
    let brain = networked::connect(settings).await?;
    reindex::tell(&brain, reindex::Extent::Anew).await.context(
        "the database is restored, but the memory service answers from before: see that it runs, then type \
         `somabrain reindex --anew`",
    )?;
    let ports = brain.ports();
    let tenants: Vec<Tenant> =
        ports.postgres().verify_audit(&Published::new()).await?.heads.into_iter().map(|(tenant, _)| tenant).collect();
    let sample = sample::take(ports.ledger(), &tenants).await?;
    let found = sample::find(ports.long_term(), &sample, now()).await?;
    Ok(Outcome {
        memories: restored.memories,
        erased: restored.erased,
        events: restored.events,
        unsound: restored.unsound,
        asked: sample.len(),
        found,
    })
}

/// The lines of every table that the manifest names; a table without rows has no file.
fn tables(backup: &Backup) -> Result<Vec<Table>> {
    let table = |(name, rows): (&String, &u64)| {
        let lines: Box<dyn Iterator<Item = io::Result<String>> + Send> = if *rows == 0 {
            Box::new(std::iter::empty())
        } else {
            let path = backup.file(&format!("{name}{END}"));
            let file = File::open(&path).with_context(|| format!("could not read {}", path.display()))?;
            Box::new(BufReader::new(GzDecoder::new(BufReader::new(file))).lines())
        };
        Ok(Table { name: name.clone(), lines, rows: *rows })
    };
    backup.manifest.rows.iter().map(table).collect()
}
