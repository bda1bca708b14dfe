//! `somabrain audit`: whether any row of the audit log was changed, removed or cut off; old rows into an archive.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use application::brain::Brain;
use application::ports::Ports;
use application::ports::archiving::AuditLog;
use application::ports::ledger::Note;
use application::ports::system::System;
use clap::{Args, Subcommand};
use domain::audit::{Head, Published, Seal};
use domain::tenant::Tenant;
use serde::Deserialize;
use serde_json::json;

use crate::age::Age;
use crate::archive::reading::Archive;
use crate::archive::writing;
use crate::keys;
use crate::settings::{Profile, Settings};

/// The audit log.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Checks every tenant's chain; names the first row that does not fit. Works beside a running server.
    Verify {
        /// A folder that `audit archive` wrote to: the chains are then checked from their first rows on, archived ones
        /// included. Without it, from where what is left in the database begins.
        #[arg(long)]
        archive: Option<PathBuf>,
        /// A file that `audit heads` printed to, kept where nobody with the audit key can write: the chains must still hold
        /// what it says. May be lines of several times.
        #[arg(long)]
        published: Option<PathBuf>,
    },
    /// Prints where each tenant's chain ends, after it was verified: a JSON line with the number and the seal of its last
    /// event. Keep it elsewhere: `audit verify --published` then shows if anybody wrote the log anew, whatever keys they have.
    Heads,
    /// Moves old rows into a file: JSON lines, each row with its number and its seal.
    ///
    /// Of each tenant those from the beginning of its chain to the first that is younger. They are deleted from the database
    /// when the file is safe on disk, and the chain goes on to be verifiable across. Rows that the event stream was not told
    /// of stay. The networked profile's replicas may run meanwhile; the embedded profile's server has to be stopped, as it
    /// alone may delete from its data folder.
    Archive {
        /// How old a row has to be, such as 30d, 12h, 45m, 10s.
        #[arg(long)]
        older_than: Age,
        /// The folder for the file, which is made if it is not there. Keep its files together: they are one archive.
        #[arg(long)]
        to: PathBuf,
    },
}

/// Runs the command.
pub(crate) async fn run(args: &Audit, settings: &Settings) -> Result<()> {
    match &args.act {
        Act::Verify { archive, published } => verify(settings, archive.as_deref(), published.as_deref()).await,
        Act::Heads => heads(settings).await,
        Act::Archive { older_than, to } => archive(settings, *older_than, to).await,
    }
}

/// What was found in order.
struct Checked {
    /// Where the chains end.
    heads: Vec<(Tenant, Head)>,
    /// Where those begin that were archived.
    beginnings: Vec<(Tenant, Head)>,
    /// How many events were not sealed yet.
    waiting: u64,
}

async fn checked(settings: &Settings, published: &Published) -> Result<Checked> {
    Ok(match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => {
            let report = crate::embedded::verify_audit(settings, published)?;
            // an event is sealed together with what it tells of
            Checked { heads: report.heads, beginnings: report.beginnings, waiting: 0 }
        }
        #[cfg(feature = "networked")]
        Profile::Networked => {
            let brain = crate::networked::connect(settings).await?;
            let report = brain.ports().postgres().verify_audit(published).await?;
            Checked { heads: report.heads, beginnings: report.beginnings, waiting: report.waiting }
        }
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    })
}

async fn heads(settings: &Settings) -> Result<()> {
    for (tenant, head) in checked(settings, &Published::new()).await?.heads {
        println!("{}", json!({"tenant": tenant.as_str(), "number": head.number, "seal": head.seal.to_string()}));
    }
    Ok(())
}

async fn verify(settings: &Settings, folder: Option<&Path>, published: Option<&Path>) -> Result<()> {
    let published = published.map(read_published).transpose()?.unwrap_or_default();
    let Checked { heads: tenants, beginnings, waiting } = checked(settings, &published).await?;
    let all: u64 = tenants.iter().map(|(_, head)| head.number).sum();
    let archived: u64 = beginnings.iter().map(|(_, beginning)| beginning.number).sum();
    let count = tenants.len();
    let Some(folder) = folder else {
        println!("{} events of {count} tenants verified{}{}", all - archived, elsewhere(archived), unsealed(waiting));
        return Ok(());
    };
    let archive = Archive::read(folder, &keys::audit_key(settings)?)?;
    archive.hold(&published)?;
    beginnings.iter().try_for_each(|(tenant, beginning)| archive.meets(tenant, beginning))?;
    let gone = archive.tenants().find(|archived| !tenants.iter().any(|(tenant, _)| tenant == *archived));
    anyhow::ensure!(gone.is_none(), "the archive has rows of a tenant whose audit log is gone: {gone:?}");
    println!("{all} events of {count} tenants verified, {archived} of them in the archive{}", unsealed(waiting));
    Ok(())
}

/// The lines of `audit heads`.
fn read_published(file: &Path) -> Result<Published> {
    #[derive(Deserialize)]
    struct Line {
        tenant: String,
        number: u64,
        seal: String,
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let mut published = Published::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("{}, line {}, is not what `audit heads` prints", file.display(), number + 1);
        let line: Line = serde_json::from_str(line).with_context(place)?;
        let tenant = Tenant::try_new(&line.tenant).with_context(place)?;
        let head = Head { number: line.number, seal: Seal::parse(&line.seal).with_context(place)? };
        published.add(tenant, head).with_context(place)?;
    }
    Ok(published)
}

fn elsewhere(archived: u64) -> String {
    match archived {
        0 => String::new(),
        archived => format!("; the {archived} before them are archived: check them with --archive FOLDER"),
    }
}

fn unsealed(waiting: u64) -> String {
    match waiting {
        0 => String::new(),
        waiting => format!("; {waiting} are not sealed yet: a running replica seals them within seconds"),
    }
}

async fn archive(settings: &Settings, older_than: Age, to: &Path) -> Result<()> {
    match settings.profile {
        #[cfg(feature = "embedded")]
        Profile::Embedded => {
            use crate::embedded;

            anyhow::ensure!(settings.data_dir.is_dir(), "there is no data folder: set SOMABRAIN_DATA_DIR to one");
            let brain = embedded::open(settings).await.map_err(|error| match embedded::in_use(&error) {
                true => error.context("stop the server first: it alone may delete from its data folder"),
                false => error,
            })?;
            let done = archive_of(&brain, settings, older_than, to).await;
            embedded::close(brain).await?;
            done
        }
        #[cfg(feature = "networked")]
        Profile::Networked => archive_of(&crate::networked::connect(settings).await?, settings, older_than, to).await,
        #[cfg(not(all(feature = "embedded", feature = "networked")))]
        other => anyhow::bail!("SOMABRAIN_PROFILE is {other:?}, but this program was built without it"),
    }
}

async fn archive_of<P: Ports>(brain: &Brain<P>, settings: &Settings, older_than: Age, to: &Path) -> Result<()>
where
    P::Ledger: AuditLog,
{
    let note = Note {
        subject: "operator".into(),
        action: "audit:archive",
        request_id: brain.ports().system().new_id().to_string(),
        basis: None,
        traceparent: None,
        at: brain.now(),
    };
    let (key, before) = (keys::audit_key(settings)?, older_than.before(brain.now()));
    let archived = writing::run(brain.ports().ledger(), &key, to, before, note).await;
    match archived.context("the audit log was not archived")? {
        None => println!("no row is older than {older_than}"),
        Some(writing::Archived { rows, tenants, file }) => {
            println!("{rows} events of {tenants} tenants archived in {}", file.display());
        }
    }
    Ok(())
}
