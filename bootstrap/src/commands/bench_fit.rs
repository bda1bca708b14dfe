//! `somabrain bench fit`: fits the weights of the score, its scale and the confidence to questions with known answers.

mod ascent;
mod cases;
mod confidence;
mod logistic;
mod report;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use clap::Args;
use domain::recall::term::Term;

use crate::commands::bench_quality::speakers::Speakers;
use crate::commands::bench_quality::subject::Wanted;
use crate::commands::bench_quality::{open, prepared};
use crate::settings::Settings;
use ascent::{Ascent, ascend, fitted_terms};
use cases::{Case, cases};
use report::Report;

/// Candidates of a question that are weighed.
const CANDIDATES: usize = 100;

/// Fits the weights of recall's score to questions with known answers, then the scale of the score and the confidence;
/// begins with the weights that are set, and prints settings to paste.
#[derive(Debug, Args)]
pub(crate) struct BenchFit {
    /// The files, as for `bench quality`.
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// The corpora to fit on; the others are only reported. None: all.
    #[arg(long, value_delimiter = ',')]
    train: Vec<String>,
    /// How the speaker of a memory is sent.
    #[arg(long, value_enum, default_value_t = Speakers::Field)]
    speakers: Speakers,
    /// Terms to fit although they are off.
    #[arg(long, value_delimiter = ',', value_parser = term)]
    also: Vec<Term>,
    /// What moving a weight by its own size costs, in recall@10 + nDCG@10.
    #[arg(long, default_value_t = 0.002)]
    ridge: f64,
    /// What an adversarial question counts, where another counts 1.
    #[arg(long, default_value_t = 0.25)]
    adversarial: f64,
    /// Most rounds over all weights.
    #[arg(long, default_value_t = 60)]
    rounds: usize,
    /// Seed of the order in which weights are moved.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn term(name: &str) -> Result<Term> {
    let Some(term) = Term::from_name(name) else { bail!("no term of the score is called `{name}`") };
    Ok(term)
}

/// Runs the command.
pub(crate) async fn run(args: BenchFit, settings: &Settings) -> Result<()> {
    ensure!(args.ridge >= 0.0 && args.adversarial >= 0.0, "--ridge and --adversarial must be 0 or more");
    let corpora = prepared(&args.data, args.speakers)?;
    for name in &args.train {
        ensure!(corpora.iter().any(|corpus| corpus.name == *name), "--train names `{name}`, which is no corpus");
    }
    let subject = open(None, None, settings).await?;
    let stored = Arc::new(subject.store(&corpora, "fit.").await?);
    let answers = subject.recall(&corpora, &stored, Wanted { k: CANDIDATES, signals: true }).await?;
    subject.close().await?;
    let all = cases(&corpora, &stored, answers);
    let trains = |case: &&Case| args.train.is_empty() || args.train.contains(&corpora[case.corpus].name);
    let (train, others): (Vec<&Case>, Vec<&Case>) = all.iter().partition(trains);
    ensure!(train.iter().any(|case| !case.adversarial), "the corpora to fit on have no question with an answer");
    let ascent = Ascent {
        start: settings.weights,
        terms: fitted_terms(&settings.weights, &train, &args.also),
        ridge: args.ridge,
        adversarial: args.adversarial,
        rounds: args.rounds,
        seed: args.seed,
    };
    let weights = ascend(&ascent, &train);
    let report = Report::new(&ascent, weights, &train, &others);
    if args.json {
        report.print_json()
    } else {
        report.print()
    }
    Ok(())
}
