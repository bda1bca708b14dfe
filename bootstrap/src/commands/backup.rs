//! `somabrain backup`: makes, lists, verifies and restores backups.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use somabrain_backup::{Manifest, Moment, Place};

use crate::backup::{self, Outcome};
use crate::settings::Settings;

/// Makes, lists, verifies and restores backups, of either profile.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[command(subcommand)]
    act: Act,
    /// Folder that `somabrain/{YYYYMMDD_HHMMSS}/` lies in, instead of SOMABRAIN_BACKUP_DIR.
    #[arg(long, global = true, value_name = "FOLDER")]
    place: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Makes one, while a server writes: all that was acknowledged before is in it.
    Create,
    /// Lists them, the oldest first.
    List,
    /// Restores one into a scratch place, checks every row and asks for a sample of its memories.
    Verify {
        /// Which one, in UTC; the newest where none is named.
        #[arg(value_name = "YYYYMMDD_HHMMSS")]
        moment: Option<Moment>,
    },
    /// Restores the newest at or before a point in time. What was erased since stays erased. Embedded: stop the server first.
    Restore {
        /// The point in time, in UTC.
        #[arg(value_name = "YYYYMMDD_HHMMSS")]
        moment: Moment,
    },
}

/// Runs the command.
pub(crate) async fn run(args: &Backup, settings: &Settings) -> Result<()> {
    let place = backup::place(settings, args.place.as_deref())?;
    match args.act {
        Act::Create => {
            let made = backup::create(settings, &place).await?;
            let path = made.folder.display().to_string();
            args.say(&entry(made.moment, &made.manifest), &format!("{} in {path}", line(made.moment, &made.manifest)));
        }
        Act::List => list(args, &place)?,
        Act::Verify { moment } => {
            let newest = || Ok::<_, anyhow::Error>(place.moments()?.pop());
            let moment = moment.map_or_else(newest, |moment| Ok(Some(moment)))?;
            let moment = moment.with_context(|| format!("there is no backup in {}", place.root().display()))?;
            let found = backup::verify(settings, &place, &place.open(moment)?).await?;
            args.say(&outcome(moment, &found), &format!("the backup of {moment} UTC is sound: {}", words(&found)));
        }
        Act::Restore { moment } => {
            let done = backup::restore(settings, &place, moment).await?;
            let (from, began) = (done.backup.moment, &done.backup.manifest.began);
            let mut value = outcome(from, &done.outcome);
            value["stands_at"] = json!(began);
            let said = format!(
                "restored the backup of {from} UTC: {}\n{}\nthe data now stands at {began}",
                words(&done.outcome),
                done.before
            );
            args.say(&value, &said);
        }
    }
    Ok(())
}

impl Backup {
    fn say(&self, value: &Value, words: &str) {
        if self.json {
            println!("{value}");
        } else {
            println!("{words}");
        }
    }
}

fn list(args: &Backup, place: &Place) -> Result<()> {
    let mut all = Vec::new();
    for moment in place.moments()? {
        match place.open(moment) {
            Ok(backup) => {
                all.push(entry(moment, &backup.manifest));
                if !args.json {
                    println!("{}", line(moment, &backup.manifest));
                }
            }
            Err(error) => {
                all.push(json!({"moment": moment.to_string(), "error": error.to_string()}));
                if !args.json {
                    println!("{moment}  {error}");
                }
            }
        }
    }
    if args.json {
        println!("{}", Value::Array(all));
    }
    Ok(())
}

fn line(moment: Moment, manifest: &Manifest) -> String {
    let (memories, erased, bytes) = (manifest.count("memories"), manifest.count("tombstones"), manifest.bytes());
    format!("{moment}  {}  {memories} memories, {erased} erased, {bytes} bytes", manifest.profile)
}

fn entry(moment: Moment, manifest: &Manifest) -> Value {
    let mut value = json!(manifest);
    value["moment"] = json!(moment.to_string());
    value
}

fn words(outcome: &Outcome) -> String {
    let Outcome { memories, erased, events, unsound, asked, found } = outcome;
    let mut words =
        format!("{memories} memories, {events} audit events verified, {found} of {asked} asked for were recalled");
    if *erased > 0 {
        words += &format!(", {erased} erased since the backup stay erased");
    }
    if *unsound > 0 {
        words += &format!(", {unsound} density matrices are mended when they are asked for");
    }
    words
}

fn outcome(moment: Moment, outcome: &Outcome) -> Value {
    let Outcome { memories, erased, events, unsound, asked, found } = outcome;
    json!({
        "moment": moment.to_string(), "memories": memories, "erased": erased, "audit_events": events,
        "unsound_matrices": unsound, "asked": asked, "found": found,
    })
}
