//! `somabrain bench plan`: the planner alone, on a problem of the planning competitions.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use domain::plan::planner::{Missing, Outcome, Planner, Wanted};
use domain::plan::simulate::reaches_goal;
use domain::plan::task::Task;
use serde_json::{Value, json};
use somabrain_pddl::Grounded;

/// Plans for a problem in PDDL (STRIPS with typing, constants, equality, negative conditions, total-cost), simulates the
/// plan step by step, and says what it took. Fails where there is no plan.
#[derive(Debug, Args)]
pub(crate) struct BenchPlan {
    /// The domain file.
    #[arg(long)]
    domain: PathBuf,
    /// The problem file.
    #[arg(long)]
    problem: PathBuf,
    /// Most states to be expanded.
    #[arg(long, default_value_t = u64::MAX)]
    max_expansions: u64,
    /// Most seconds to be searched.
    #[arg(long, default_value_t = 300.0, value_parser = seconds)]
    time: f64,
    /// Most megabytes that the search may take, about.
    #[arg(long, default_value_t = 2048)]
    memory: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// States between two looks at the clock.
const SLICE: u64 = 100;

/// Runs the command.
pub(crate) fn run(args: &BenchPlan) -> Result<()> {
    let begin = Instant::now();
    let grounded = somabrain_pddl::read(&text(&args.domain)?, &text(&args.problem)?)?;
    let task = Task::try_new(&grounded.task).context("could not take the grounded problem for a task")?;
    let reading = begin.elapsed();
    let (outcome, searching) = search(args, task.clone());
    let valid = outcome.plans.first().map(|steps| reaches_goal(&task, steps));
    let report = Report { grounded: &grounded, task: &task, outcome: &outcome, reading, searching, valid };
    if args.json {
        println!("{}", report.json());
    } else {
        report.print();
    }
    ensure!(valid != Some(false), "the plan does not reach the goal");
    ensure!(valid.is_some(), "no plan: {}", report.status());
    Ok(())
}

fn search(args: &BenchPlan, task: Task) -> (Outcome, Duration) {
    let begin = Instant::now();
    let wanted =
        Wanted { expansions: args.max_expansions, bytes: args.memory.saturating_mul(1 << 20), ..Wanted::default() };
    let mut planner = Planner::new(task, wanted);
    while planner.advance(SLICE) && begin.elapsed().as_secs_f64() < args.time {}
    (planner.outcome(), begin.elapsed())
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if value >= 0.0 { Ok(value) } else { Err(format!("`{text}` must not be negative")) }
}

struct Report<'a> {
    grounded: &'a Grounded,
    task: &'a Task,
    outcome: &'a Outcome,
    reading: Duration,
    searching: Duration,
    valid: Option<bool>,
}

impl Report<'_> {
    fn status(&self) -> &'static str {
        match self.outcome.missing {
            None => "solved",
            Some(Missing::Unreachable) => "unsolvable",
            Some(Missing::TooLong) => "too long",
            Some(Missing::Stopped) => "out of expansions or memory",
            Some(Missing::Unfinished) => "out of time",
        }
    }

    fn steps(&self) -> Vec<&str> {
        let steps = self.outcome.plans.first().into_iter().flatten();
        steps.map(|&step| self.grounded.actions[step as usize].as_str()).collect()
    }

    fn cost(&self) -> Option<f64> {
        self.outcome.plans.first().map(|steps| self.task.cost(steps))
    }

    fn json(&self) -> Value {
        let steps = self.steps();
        json!({
            "status": self.status(),
            "valid": self.valid,
            "actions": self.grounded.actions.len(),
            "facts": self.grounded.facts.len(),
            "length": self.outcome.plans.first().map(Vec::len),
            "cost": self.cost(),
            "expansions": self.outcome.expansions,
            "reading_ms": self.reading.as_secs_f64() * 1000.0,
            "search_ms": self.searching.as_secs_f64() * 1000.0,
            "steps": steps,
        })
    }

    fn print(&self) {
        for (at, step) in self.steps().iter().enumerate() {
            println!("{:>4}. ({step})", at + 1);
        }
        println!("status      {}", self.status());
        if let Some(cost) = self.cost() {
            println!("steps       {}, cost {cost}, simulated: they reach the goal", self.steps().len());
        }
        println!("task        {} actions, {} facts", self.grounded.actions.len(), self.grounded.facts.len());
        println!("expansions  {}", self.outcome.expansions);
        println!("reading     {:.3} s", self.reading.as_secs_f64());
        println!("search      {:.3} s", self.searching.as_secs_f64());
    }
}
