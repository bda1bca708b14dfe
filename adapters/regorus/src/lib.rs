//! The policy decision point in the process: Rego evaluated by regorus.
//!
//! The bundled policy is the text that OPA serves (`adapters/opa/policy`); an operator's files are added to it. It is
//! compiled once to bytecode; machines that run it are kept and taken in turn, so that a decision costs microseconds
//! and none waits for another. Nothing is cached: a decision is made anew each time.
//!
//! ```
//! use somabrain_regorus::{Config, Regorus};
//!
//! let own = "package somabrain.authz\npermitted if \"auditor\" in input.roles";
//! let policy = Regorus::try_new(Config { policies: vec![("own.rego".into(), own.into())] })?;
//! # Ok::<(), somabrain_regorus::InvalidPolicy>(())
//! ```

mod input;
mod nesting;

use std::sync::{Arc, Mutex, PoisonError};

use application::ports::error::{PortError, PortErrorKind};
use application::ports::policy::{Basis, Decision, Policy, Question};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::program::Program;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use thiserror::Error;

use input::Words;

/// The bundled policy, which OPA serves too.
const BUNDLED: &str = include_str!("../../opa/policy/authz.rego");
/// The rule that is asked.
const RULE: &str = "data.somabrain.authz.decision";
/// Instructions that one decision may take; the bundled policy takes some hundreds.
const INSTRUCTIONS: usize = 1_000_000;
/// Machines kept for later decisions; each holds a few KiB.
const KEPT: usize = 64;

/// What the policy consists of beside the bundled file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// An operator's own Rego files, as name and text; see `authz.rego` for what they may add.
    pub policies: Vec<(String, String)>,
}

/// A policy that cannot be compiled.
#[derive(Debug, Error)]
pub enum InvalidPolicy {
    /// One file that is not Rego.
    #[error("policy file {name:?} is not valid")]
    File {
        /// Which.
        name: String,
        /// What regorus says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Files that do not fit together.
    #[error("the policy files do not fit together")]
    Together(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why there was no decision.
#[derive(Debug, Error)]
enum Error {
    #[error("the policy could not be evaluated: {0}")]
    Evaluation(#[from] regorus::rvm::vm::VmError),
    #[error("the policy did not answer allow and reason")]
    NoDecision,
}

/// The policy, compiled, and the machines that run it.
pub struct Regorus {
    program: Arc<Program>,
    machines: Mutex<Vec<RegoVM>>,
    words: Words,
}

impl Regorus {
    /// Compiles the bundled policy with the operator's files.
    pub fn try_new(config: Config) -> Result<Self, InvalidPolicy> {
        let mut engine = Engine::new();
        let bundled = ("authz.rego".to_owned(), BUNDLED.to_owned());
        for (name, text) in std::iter::once(bundled).chain(config.policies) {
            if let Err(source) = nesting::check(&text) {
                return Err(InvalidPolicy::File { name, source: source.into() });
            }
            let added = engine.add_policy(name.clone(), text);
            added.map_err(|source| InvalidPolicy::File { name, source: source.into() })?;
        }
        let together = |source: Box<dyn std::error::Error + Send + Sync>| InvalidPolicy::Together(source);
        let compiled = engine.compile_with_entrypoint(&RULE.into()).map_err(|source| together(source.into()))?;
        let program = Compiler::compile_from_policy(&compiled, &[RULE]).map_err(|source| together(source.into()))?;
        Ok(Self { program, machines: Mutex::default(), words: Words::new() })
    }

    fn ask(&self, question: &Question<'_>) -> Result<Decision, Error> {
        let mut machine = self.take();
        machine.set_input(self.words.input(question));
        let answer = machine.execute()?;
        // A machine that failed is not used again.
        self.keep(machine);
        decision(&answer).ok_or(Error::NoDecision)
    }

    fn take(&self) -> RegoVM {
        let kept = self.machines.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| {
            let mut machine = RegoVM::new();
            machine.load_program(Arc::clone(&self.program));
            machine.set_max_instructions(INSTRUCTIONS);
            machine
        })
    }

    fn keep(&self, machine: RegoVM) {
        let mut machines = self.machines.lock().unwrap_or_else(PoisonError::into_inner);
        if machines.len() < KEPT {
            machines.push(machine);
        }
    }
}

impl Policy for Regorus {
    async fn decide(&self, question: &Question<'_>) -> Result<Decision, PortError> {
        self.ask(question).map_err(|error| PortError::new("policy", "decide", PortErrorKind::Internal, error))
    }
}

/// `allow` and `reason`; anything else is no decision.
fn decision(answer: &Value) -> Option<Decision> {
    let answer = answer.as_object().ok()?;
    let reason = answer.get(&Value::from("reason"))?.as_string().ok()?;
    match answer.get(&Value::from("allow"))?.as_bool().ok()? {
        true => Some(Decision::Allow(Basis::new(reason.as_ref()))),
        false => Some(Decision::Deny(Basis::new(reason.as_ref()))),
    }
}
