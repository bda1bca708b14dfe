//! `somabrain bench quality`: stores corpora through the real use cases, asks their questions and says how many answers
//! come back, beside plain BM25 and the vector alone.

mod ablation;
pub(crate) mod abstention;
mod bm25;
pub(crate) mod corpus;
pub(crate) mod groups;
mod lines;
mod load;
mod locomo;
pub(crate) mod measured;
pub(crate) mod metrics;
mod misses;
pub(crate) mod ranking;
mod report;
pub(crate) mod resample;
pub(crate) mod setup;
mod shortlist;
pub(crate) mod speakers;
pub(crate) mod subject;
mod vector;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;
use somabrain_static_encoder::StaticEncoder;

use crate::settings::Settings;
use abstention::Abstention;
use corpus::Corpus;
use groups::groups;
use measured::{K, Measured};
use report::{Misses, Report};
use resample::Resampling;
use setup::Setup;
use shortlist::Shortlist;
use speakers::Speakers;
use subject::{Answered, Stored, Subject, Wanted};

/// Measures recall on questions with known answers: LoCoMo's published file, or JSON lines of memories
/// (`{"corpus", "id", "content", …}`) and questions (`{"corpus", "query", "gold": [ids], …}`).
#[derive(Debug, Args)]
pub(crate) struct BenchQuality {
    /// The files.
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Measure a running server; its namespaces `PREFIX + corpus` are filled and stay. Without: the embedded profile in
    /// a temporary folder.
    #[arg(long)]
    url: Option<String>,
    /// Bearer token for the server; none is needed in development mode.
    #[arg(long, env = "SOMABRAIN_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// What the names of the namespaces begin with.
    #[arg(long, default_value = "quality.")]
    prefix: String,
    /// How the speaker of a memory is sent.
    #[arg(long, value_enum, default_value_t = Speakers::Field)]
    speakers: Speakers,
    /// Report these corpora together too, such as those that nothing was tuned on.
    #[arg(long, value_delimiter = ',')]
    apart: Vec<String>,
    /// Leave out each part of recall in turn and say what that changes.
    #[arg(long)]
    ablation: bool,
    /// Say how well the confidence tells adversarial questions from the others, threshold by threshold.
    #[arg(long)]
    abstention: bool,
    /// Ask again for so many memories that several times as many are compared in full, and say how many answers differ.
    #[arg(long)]
    shortlist: bool,
    /// List this many questions whose gold texts do not all come among the first ten, by number.
    #[arg(long, default_value_t = 0)]
    misses: usize,
    /// List them with their texts.
    #[arg(long)]
    texts: bool,
    /// How often questions are drawn again for an interval.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    resamples: u32,
    /// Seed of these draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) async fn run(args: BenchQuality, settings: &Settings) -> Result<()> {
    let corpora = prepared(&args.data, args.speakers)?;
    args.check(&corpora)?;
    let mut subject = open(args.url.as_deref(), args.token.clone(), settings).await?;
    let begin = Instant::now();
    let stored = Arc::new(subject.store(&corpora, &args.prefix).await?);
    let storing = begin.elapsed();
    let answers = subject.recall(&corpora, &stored, Wanted { k: K, signals: false }).await?;
    let recalling = begin.elapsed() - storing;
    let (groups, systems) = (groups(&corpora, &args.apart), systems(&corpora, &stored, &answers)?);
    let resampling = Resampling { times: args.resamples as usize, seed: args.seed };
    let mut report = Report::new(&corpora, args.speakers, groups, systems, resampling);
    report.took(storing, recalling);
    if args.abstention {
        let abstention = Abstention::of(&corpora, &answers);
        report.abstention = Some(abstention.context("--abstention needs both kinds of question")?);
    }
    if args.shortlist {
        report.shortlist = Some(Shortlist::of(&subject, &corpora, &stored, &answers).await?);
    }
    if args.misses > 0 {
        let all = misses::find(&subject, &corpora, &stored).await?;
        report.misses = Some(Misses { all, listed: args.misses, texts: args.texts });
    }
    if args.ablation {
        let setup = Setup::of(settings);
        (subject, report.ablations) = ablation::run(subject, &setup, &corpora, &stored, &report).await?;
    }
    subject.close().await?;
    if args.json {
        report.print_json()
    } else {
        report.print()
    }
    Ok(())
}

impl BenchQuality {
    fn check(&self, corpora: &[Corpus]) -> Result<()> {
        for name in &self.apart {
            ensure!(corpora.iter().any(|corpus| corpus.name == *name), "--apart names `{name}`, which is no corpus");
        }
        ensure!(!self.ablation || self.url.is_none(), "--ablation needs a recall of its own: leave out --url");
        Ok(())
    }
}

/// What is measured, and the yardsticks.
fn systems(corpora: &[Corpus], stored: &[Stored], answers: &[Answered]) -> Result<Vec<Measured>> {
    let encoder = StaticEncoder::shipped().context("the shipped table of the encoder could not be read")?;
    Ok(vec![
        Measured::of_answers(corpora, stored, answers),
        Measured::of_bm25(corpora, stored),
        Measured::of_vector(corpora, stored, &encoder.table()),
    ])
}

/// The corpora of files, their speakers sent as wanted.
pub(crate) fn prepared(files: &[PathBuf], speakers: Speakers) -> Result<Vec<Corpus>> {
    let mut corpora = load::load(files)?;
    speakers.arrange(&mut corpora);
    Ok(corpora)
}

/// A server, or a folder of our own.
pub(crate) async fn open(url: Option<&str>, token: Option<String>, settings: &Settings) -> Result<Subject> {
    if let Some(url) = url {
        return Ok(Subject::server(url, token, &settings.tls.roots));
    }
    #[cfg(feature = "embedded")]
    return Subject::folder(settings).await;
    #[cfg(not(feature = "embedded"))]
    {
        let _ = settings;
        anyhow::bail!("this build has no embedded profile: name a server with --url")
    }
}
