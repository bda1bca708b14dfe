//! Texts as facts: which are the same, what is asked, and ten thousand procedures.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use domain::memory::{Cost, MemoryId};
use domain::plan::fact::Fact;
use domain::plan::knowledge::{Draft, KnownAction, Said};
use domain::plan::likeness::may_be_same;
use domain::plan::literal::Literal;
use domain::plan::planner::{Planner, Wanted};
use domain::plan::told::tell;
use domain::plan::{MetBy, Plan, PlanStatus};
use uuid::Uuid;

fn action(n: u128, name: &str, needs: &[&str], effects: &[&str]) -> KnownAction {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    KnownAction {
        memory: MemoryId(Uuid::from_u128(n)),
        because: Vec::new(),
        quotes: Vec::new(),
        action: name.to_owned(),
        needs: texts(needs),
        effects: texts(effects),
        cost: Cost::default(),
        sureness: 1.0,
    }
}

fn plan(draft: &Draft, steps: usize) -> Plan {
    let mut planner = Planner::new(draft.task().unwrap(), Wanted { steps, expansions: 5_000, ..Wanted::default() });
    while planner.advance(100) {}
    tell(draft, &planner.outcome(), &[]).0
}

fn alike(a: &str, b: &str) -> bool {
    may_be_same(&Fact::of(a).unwrap(), &Fact::of(b).unwrap())
}

#[test]
fn not_turns_a_fact_round_and_twice_turns_it_back() {
    let literal = Literal::of("Not the door is open").unwrap();
    assert_eq!((literal.fact.as_str(), literal.holds), ("the door is open", false));
    assert!(Literal::of("not not raining").unwrap().holds);
    assert_eq!(Literal::of("not ..."), None);
}

#[test]
fn what_a_vector_cannot_tell_apart_is_never_the_same() {
    assert!(alike("the image is built", "the image has been built"));
    assert!(!alike("server 1 is up", "server 2 is up"));
    assert!(!alike("on a b", "on b a"));
    assert!(!alike("on x y", "on x z"));
    assert!(!alike("the door is open", "the door is closed"));
    assert!(!alike("the door is locked", "the door is unlocked"));
    assert!(!alike("tests pass", "tests never pass"));
}

#[test]
fn another_wording_meets_a_need_with_its_likeness_as_confidence() {
    let actions = vec![
        action(1, "build", &[], &["the image has been built"]),
        action(2, "deploy", &["the image is built"], &["deployed"]),
    ];
    let mut draft = Draft::new("deployed", actions, &[]);
    let (asked, offered) = draft.questions();
    assert_eq!(asked.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["the image is built"]);
    let other = offered.iter().find(|one| one.text == "the image has been built").unwrap();
    assert!(draft.may_be_same(&asked[0], other));
    assert!(draft.is_like(asked[0].fact, other.fact, 0.9));
    let plan = plan(&draft, 12);
    assert_eq!((plan.status, plan.steps.len(), plan.confidence), (PlanStatus::Complete, 2, 0.9));
    assert_eq!(plan.steps[1].needs[0].met_by, MetBy::Step(1));
}

#[test]
fn the_context_counts_more_than_a_memory() {
    let said = [
        Said { text: "not open".into(), by: MetBy::Context },
        Said { text: "open".into(), by: MetBy::Memory(MemoryId(Uuid::from_u128(9))) },
    ];
    let draft = Draft::new("inside", vec![action(1, "enter", &["open"], &["inside"])], &said);
    let plan = plan(&draft, 12);
    assert_eq!((plan.status, plan.gaps[0].need.as_str()), (PlanStatus::None, "open"));
}

fn ten_thousand(first_need: &'static str) -> Vec<KnownAction> {
    (0..10_000u128)
        .map(|n| {
            let (chain, place) = (n / 100, n % 100);
            let need = if place == 0 { first_need.to_owned() } else { format!("done {chain} {}", place - 1) };
            action(n + 1, &format!("do {chain} {place}"), &[&need], &[&format!("done {chain} {place}")])
        })
        .collect()
}

#[test]
fn ten_thousand_procedures_make_a_plan_of_a_hundred_steps() {
    let said = [Said { text: "ready".into(), by: MetBy::Context }];
    let draft = Draft::new("done 7 99", ten_thousand("ready"), &said);
    let plan = plan(&draft, 200);
    assert_eq!((plan.status, plan.steps.len()), (PlanStatus::Complete, 100));
    assert_eq!(plan.steps[0].action, "do 7 0");
}

#[test]
fn ten_thousand_procedures_name_what_is_missing() {
    let draft = Draft::new("done 7 99", ten_thousand("ready"), &[]);
    let plan = plan(&draft, 200);
    assert_eq!((plan.status, plan.steps.len(), plan.gaps.len()), (PlanStatus::None, 0, 1));
    assert_eq!(plan.gaps[0].need, "ready");
}
