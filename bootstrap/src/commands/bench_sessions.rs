//! `somabrain bench sessions`: tells conversations turn by turn through the real use cases and asks their questions at the
//! end of the session that answers them and at the end of all, with and without the session.

mod report;
mod walk;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;

use super::bench_quality::corpus::Corpus;
use super::bench_quality::prepared;
use super::bench_quality::resample::Resampling;
use super::bench_quality::speakers::Speakers;
use super::bench_quality::subject::Subject;
use crate::settings::Settings;
use report::Report;
use walk::{Walk, Walked};

/// Measures what working memory holds of a conversation and what naming the session does to recall: LoCoMo's published
/// file, or JSON lines as `bench quality` takes them, with `session_id` and `occurred_at`.
#[derive(Debug, Args)]
pub(crate) struct BenchSessions {
    /// The files.
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Measure a running server by its own clock; its namespaces `PREFIX + corpus` are filled and stay. Without: the
    /// embedded profile in a temporary folder, by the clock of the conversation.
    #[arg(long)]
    url: Option<String>,
    /// Bearer token for the server; none is needed in development mode.
    #[arg(long, env = "SOMABRAIN_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// What the names of namespaces and sessions begin with: a new one for each run on a server.
    #[arg(long, default_value = "sessions.")]
    prefix: String,
    /// Seconds from turn to turn, by the clock of the conversation.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=3600))]
    pace: u32,
    /// Report these corpora together too, such as those that nothing was tuned on.
    #[arg(long, value_delimiter = ',')]
    apart: Vec<String>,
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
pub(crate) async fn run(args: BenchSessions, settings: &Settings) -> Result<()> {
    let corpora = answerable(prepared(&args.data, Speakers::Field)?)?;
    for name in &args.apart {
        ensure!(corpora.iter().any(|corpus| corpus.name == *name), "--apart names `{name}`, which is no corpus");
    }
    let mut walked = Vec::with_capacity(corpora.len());
    for corpus in &corpora {
        walked.push(args.walk(corpus, settings).await?);
    }
    let resampling = Resampling { times: args.resamples as usize, seed: args.seed };
    let report = Report::new(&corpora, walked, &args.apart, resampling);
    if args.json {
        report.print_json();
    } else {
        report.print();
    }
    Ok(())
}

impl BenchSessions {
    async fn walk(&self, corpus: &Corpus, settings: &Settings) -> Result<Walked> {
        if let Some(url) = &self.url {
            let subject = Subject::server(url, self.token.clone(), &settings.tls.roots);
            return Walk::new(&subject, corpus, &self.prefix)?.run().await;
        }
        #[cfg(feature = "embedded")]
        {
            let timing = walk::Timing::of(corpus, self.pace)?;
            let subject = Subject::folder_at(settings, timing.clock()).await?;
            let walked = Walk::new(&subject, corpus, &self.prefix)?.timed(timing).run().await?;
            subject.close().await?;
            Ok(walked)
        }
        #[cfg(not(feature = "embedded"))]
        anyhow::bail!("this build has no embedded profile: name a server with --url")
    }
}

/// The corpora with those of their questions that something answers.
fn answerable(mut corpora: Vec<Corpus>) -> Result<Vec<Corpus>> {
    for corpus in &mut corpora {
        corpus.questions.retain(|question| !question.adversarial && !question.gold.is_empty());
    }
    corpora.retain(|corpus| !corpus.questions.is_empty());
    ensure!(!corpora.is_empty(), "there is no question that something answers");
    Ok(corpora)
}
