//! Executes plans by the text of the runbook: its own reader of procedures, nothing of the planner under test.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What each procedure needs and does.
pub(super) struct Runbook(BTreeMap<String, Procedure>);

struct Procedure {
    needs: Vec<String>,
    effects: Vec<String>,
}

impl Runbook {
    /// The procedures of JSON lines.
    pub(super) fn read(lines: &str) -> Self {
        let texts = |list: &Value| {
            list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
        };
        let procedure = |line: &str| {
            let memory: Value = serde_json::from_str(line).expect("JSON");
            let (needs, effects) =
                (texts(&memory["procedure"]["preconditions"]), texts(&memory["procedure"]["effects"]));
            (memory["content"].as_str().expect("a text").to_owned(), Procedure { needs, effects })
        };
        Self(lines.lines().map(procedure).collect())
    }

    /// How many procedures there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What holds after the steps; the error names the first that cannot be done.
    pub(super) fn execute(&self, context: &[&str], steps: &[String]) -> Result<BTreeSet<String>, String> {
        let denied: Vec<&str> = context.iter().filter_map(|fact| fact.strip_prefix("not ")).collect();
        // Where the context says both, neither is known.
        let known = context.iter().filter(|fact| !fact.starts_with("not ") && !denied.contains(*fact));
        let mut state: BTreeSet<String> = known.map(|fact| (*fact).to_owned()).collect();
        for (at, step) in steps.iter().enumerate() {
            let procedure = self.0.get(step).ok_or_else(|| format!("step {at}: `{step}` is no procedure"))?;
            let met = |need: &String| match need.strip_prefix("not ") {
                Some(fact) => !state.contains(fact),
                None => state.contains(need),
            };
            if let Some(need) = procedure.needs.iter().find(|need| !met(need)) {
                return Err(format!("step {at}: `{step}` needs `{need}`"));
            }
            for effect in &procedure.effects {
                match effect.strip_prefix("not ") {
                    Some(fact) => drop(state.remove(fact)),
                    None => drop(state.insert(effect.clone())),
                }
            }
        }
        Ok(state)
    }

    /// A step without which the plan still reaches every part of the goal.
    pub(super) fn needless(&self, context: &[&str], steps: &[String], goal: &str) -> Option<String> {
        let reaches = |steps: &[String]| {
            let state = self.execute(context, steps);
            state.is_ok_and(|state| goal.split(" and ").all(|part| state.contains(part)))
        };
        let without = |at: usize| [&steps[..at], &steps[at + 1..]].concat();
        (0..steps.len()).find(|at| reaches(&without(*at))).map(|at| steps[at].clone())
    }
}
