//! Plans from the runbook of a deployment, imported as memories and asked for through the API; each is executed by the text
//! of the runbook alone.

mod executed;
mod problems;

use serde_json::{Value, json};

use crate::commands::done;
use crate::server::{Server, place, program};
use executed::Runbook;

const RUNBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/system/planning/runbook.jsonl");

/// What is so on the day of a release.
const RELEASE_DAY: [&str; 4] =
    ["code reviewed", "two key holders present", "traffic on blue", "blue runs the old release"];

/// A server whose memories are the runbook.
struct Operators {
    server: Server,
    runbook: Runbook,
    _data: tempfile::TempDir,
}

impl Operators {
    fn new() -> Self {
        let (program, data) = (program(), place());
        let imported = done(&program, data.path(), &["import", RUNBOOK, "--json"]);
        let counts: Value = serde_json::from_str(&imported).expect("JSON");
        let runbook = Runbook::read(&std::fs::read_to_string(RUNBOOK).expect("it is there"));
        assert_eq!(counts["stored"], runbook.len());
        let server = Server::start(&program, data.path()).expect("it starts");
        Self { server, runbook, _data: data }
    }

    fn plan(&self, goal: &str, context: &[&str]) -> Value {
        let body = json!({"goal": goal, "context": context, "namespace": "runbook", "max_steps": 60});
        let (status, planned) = self.server.call("POST", "/plan", &body.to_string()).expect("it answers");
        assert_eq!(status, 200, "{planned}");
        planned
    }

    /// A whole plan, executed: what holds in the end.
    fn whole(&self, goal: &str, context: &[&str]) -> Vec<String> {
        let planned = self.plan(goal, context);
        assert_eq!(planned["status"], "complete", "{goal}: {planned}");
        assert_eq!(planned["gaps"], json!([]));
        let steps = steps(&planned);
        let state = self.runbook.execute(context, &steps).unwrap_or_else(|wrong| panic!("{goal}: {wrong}"));
        for part in goal.split(" and ") {
            assert!(state.contains(part), "`{part}` holds in the end: {state:?}");
        }
        let needless = self.runbook.needless(context, &steps, goal);
        assert_eq!(needless, None, "each step is needed: {steps:?}");
        steps
    }
}

fn steps(planned: &Value) -> Vec<String> {
    let steps = planned["steps"].as_array().expect("steps").iter();
    steps.map(|step| step["action"].as_str().expect("an action").to_owned()).collect()
}

fn place_of(steps: &[String], action: &str) -> usize {
    steps.iter().position(|step| step == action).unwrap_or_else(|| panic!("`{action}` is a step: {steps:?}"))
}

#[test]
fn every_goal_of_the_runbook_gets_a_plan_that_can_be_executed() {
    let operators = Operators::new();
    let release = operators.whole("release finished", &RELEASE_DAY);
    let before =
        |a: &str, b: &str| assert!(place_of(&release, a) < place_of(&release, b), "{a} before {b}: {release:?}");
    assert_eq!(release.len(), 25);
    before("Copy the backup off site", "Migrate the database");
    before("Smoke test green", "Switch the traffic to green");
    before("Drain blue", "Deploy the image to blue");
    for (goal, context) in [
        ("image pushed", &["code reviewed", "two key holders present"][..]),
        ("backup proved restorable", &[]),
        ("new certificate served", &["vault unsealed"]),
        ("capacity doubled", &["budget approved", "two key holders present"]),
        ("release rolled back", &["traffic on green", "blue runs the old release"]),
        ("service recovered", &["traffic on green", "blue runs the old release", "database migrated"]),
        ("capacity doubled and new certificate served", &["budget approved", "two key holders present"]),
    ] {
        assert!(!operators.whole(goal, context).is_empty());
    }
}

#[test]
fn what_the_runbook_cannot_reach_is_a_gap_and_what_it_can_is_still_in_order() {
    let operators = Operators::new();
    let context: Vec<&str> = RELEASE_DAY.into_iter().filter(|fact| *fact != "two key holders present").collect();
    let planned = operators.plan("release finished", &context);
    assert_eq!(planned["status"], "partial", "{planned}");
    assert_eq!(planned["gaps"].as_array().map(Vec::len), Some(1), "{planned}");
    assert_eq!(planned["gaps"][0]["need"], "two key holders present");
    let steps = steps(&planned);
    let state = operators.runbook.execute(&context, &steps).expect("what can be done is in order");
    assert!(state.contains("image scanned") && !state.contains("image signed"), "{state:?}");
}

#[test]
fn a_freeze_in_the_context_forbids_the_release_and_nothing_else() {
    let operators = Operators::new();
    let context = [&RELEASE_DAY[..], &["change freeze"]].concat();
    let planned = operators.plan("release finished", &context);
    assert_eq!(planned["status"], "partial", "{planned}");
    assert_eq!(planned["gaps"][0]["need"], "not change freeze", "{planned}");
    assert!(!steps(&planned).contains(&"Migrate the database".to_owned()));
    operators.whole("image pushed", &context);
}

#[test]
fn a_context_that_contradicts_itself_counts_for_neither_side() {
    let operators = Operators::new();
    let context = [&RELEASE_DAY[..], &["not two key holders present"]].concat();
    let planned = operators.plan("image pushed", &context);
    assert_eq!(planned["status"], "partial", "{planned}");
    let gap = planned["gaps"][0]["need"].as_str().expect("a text");
    assert!(gap.starts_with("two key holders present (the context says both"), "{gap}");
    operators.whole("backup proved restorable", &context);
}
