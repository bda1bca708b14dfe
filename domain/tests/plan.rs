//! The plan that links make: everything in order, nothing invented, what is missing said.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::link::{Edge, Link, Relation};
use domain::memory::{Cost, Importance, Kind, Memory, MemoryId, MemoryText, Origin, Procedure, Times};
use domain::metadata::Metadata;
use domain::plan::closure::{Known, Relevant, plan};
use domain::plan::fact::Fact;
use domain::plan::reach::layer;
use domain::plan::{Gap, MetBy, Need, Plan, PlanStatus};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

fn id(n: u128) -> MemoryId {
    MemoryId(Uuid::from_u128(n))
}

fn memory(n: u128, text: &str) -> Memory {
    let created = Timestamp::from_micros(n as i64 * 1_000_000).unwrap();
    Memory {
        tenant: Tenant::try_new("acme").unwrap(),
        id: id(n),
        namespace: Namespace::default(),
        content: MemoryText::try_new(text).unwrap(),
        kind: Kind::Episodic,
        importance: Importance::default(),
        origin: Origin::default(),
        tags: vec![],
        metadata: Metadata::default(),
        times: Times { occurred: None, created, valid: created, invalid: None, expires: None },
        supersedes: vec![],
        links: vec![],
        procedure: None,
        encoding: None,
        novelty: 1.0,
        salience: 1.0,
        version: 1,
    }
}

fn edge(from: u128, relation: Relation, to: u128) -> Edge {
    Edge { from: id(from), link: Link { to: id(to), relation } }
}

/// Builds what is known: memory `n` says "step n" unless told otherwise.
#[derive(Default)]
struct Story {
    recalled: Vec<Relevant>,
    reached: Vec<Arc<Memory>>,
    edges: Vec<Edge>,
    context: Vec<Fact>,
    max_steps: Option<usize>,
}

impl Story {
    fn recalled(mut self, n: u128, score: f64) -> Self {
        self.recalled.push(Relevant { memory: Arc::new(memory(n, &format!("step {n}"))), score });
        self
    }

    fn reached(mut self, ids: impl IntoIterator<Item = u128>) -> Self {
        self.reached.extend(ids.into_iter().map(|n| Arc::new(memory(n, &format!("step {n}")))));
        self
    }

    fn link(mut self, from: u128, relation: Relation, to: u128) -> Self {
        self.edges.push(edge(from, relation, to));
        self
    }

    fn holds(mut self, fact: &str) -> Self {
        self.context.push(Fact::of(fact).unwrap());
        self
    }

    fn at_most(mut self, steps: usize) -> Self {
        self.max_steps = Some(steps);
        self
    }

    fn plan(&self) -> Plan {
        plan(&Known {
            recalled: &self.recalled,
            reached: &self.reached,
            edges: &self.edges,
            context: &self.context,
            max_steps: self.max_steps.unwrap_or(12),
        })
    }
}

fn order(plan: &Plan) -> Vec<u128> {
    plan.steps.iter().map(|step| step.memory.0.as_u128()).collect()
}

#[test]
fn a_required_step_comes_first_and_is_named() {
    let plan = Story::default().recalled(1, 0.8).reached([2]).link(1, Relation::Requires, 2).plan();
    assert_eq!(plan.status, PlanStatus::Complete);
    assert_eq!(order(&plan), [2, 1]);
    let last = &plan.steps[1];
    assert_eq!((last.n, last.action.as_str(), &last.depends_on[..]), (2, "step 1", &[1][..]));
    assert_eq!(last.needs, [Need { text: "step 2".into(), met_by: MetBy::Step(1) }]);
    assert_eq!(plan.steps[0].achieves, ["step 1"]);
    assert_eq!(plan.evidence, [id(1)]);
}

#[test]
fn enables_precedes_and_causes_put_their_holder_first() {
    for relation in [Relation::Enables, Relation::Precedes, Relation::Causes] {
        let plan = Story::default().recalled(1, 0.8).reached([2]).link(2, relation, 1).plan();
        assert_eq!(order(&plan), [2, 1], "{relation:?}");
    }
}

#[test]
fn a_step_cites_its_memory_and_those_that_hold_its_links() {
    let plan = Story::default()
        .recalled(1, 0.8)
        .reached([2, 3])
        .link(2, Relation::Enables, 1)
        .link(3, Relation::Precedes, 2)
        .plan();
    assert_eq!(order(&plan), [3, 2, 1]);
    assert_eq!(plan.steps[1].because, [id(2), id(3)]);
    assert_eq!(plan.steps[2].because, [id(1), id(2)]);
}

#[test]
fn what_merely_comes_later_is_not_achieved() {
    let plan = Story::default().recalled(1, 0.8).reached([2]).link(2, Relation::Precedes, 1).plan();
    assert!(plan.steps[0].achieves.is_empty());
}

#[test]
fn without_links_of_order_the_evidence_stands_alone() {
    let plan = Story::default().recalled(1, 0.8).recalled(2, 0.7).link(1, Relation::Supports, 2).plan();
    assert_eq!(plan.status, PlanStatus::None);
    assert!(plan.steps.is_empty() && plan.gaps.is_empty());
    assert_eq!((plan.confidence, plan.evidence), (0.0, vec![id(1), id(2)]));
}

#[test]
fn nothing_known_is_no_plan() {
    let plan = Story::default().plan();
    assert_eq!((plan.status, plan.steps.len(), plan.evidence.len()), (PlanStatus::None, 0, 0));
}

#[test]
fn a_recalled_memory_without_links_is_evidence_and_no_step() {
    let plan = Story::default().recalled(3, 0.9).recalled(1, 0.8).reached([2]).link(1, Relation::Requires, 2).plan();
    assert_eq!(order(&plan), [2, 1]);
    assert_eq!(plan.evidence, [id(3), id(1)]);
}

#[test]
fn a_chain_recalled_by_chance_stays_out() {
    let plan = Story::default()
        .recalled(1, 0.9)
        .recalled(3, 0.1)
        .reached([2, 4])
        .link(1, Relation::Requires, 2)
        .link(3, Relation::Requires, 4)
        .plan();
    assert_eq!(order(&plan), [2, 1]);
}

#[test]
fn a_weakly_recalled_memory_belongs_if_links_connect_it_to_the_goal() {
    let plan = Story::default()
        .recalled(1, 0.9)
        .recalled(3, 0.1)
        .reached([2])
        .link(1, Relation::Precedes, 2)
        .link(2, Relation::Precedes, 3)
        .plan();
    assert_eq!(order(&plan), [1, 2, 3]);
}

#[test]
fn what_serves_the_more_relevant_goes_first_where_links_leave_the_order_open() {
    let plan = Story::default()
        .recalled(1, 0.9)
        .recalled(2, 0.8)
        .reached([3, 4])
        .link(1, Relation::Requires, 4)
        .link(2, Relation::Requires, 3)
        .plan();
    assert_eq!(order(&plan), [4, 1, 3, 2]);
}

#[test]
fn a_fact_of_the_context_is_done_with_all_that_served_only_it() {
    let plan = Story::default()
        .recalled(1, 0.9)
        .reached([2, 3])
        .link(1, Relation::Requires, 2)
        .link(2, Relation::Requires, 3)
        .holds("  Step   2. ")
        .plan();
    assert_eq!((plan.status, order(&plan)), (PlanStatus::Complete, vec![1]));
    assert_eq!(plan.steps[0].needs, [Need { text: "step 2".into(), met_by: MetBy::Context }]);
    assert!(plan.steps[0].depends_on.is_empty());
}

#[test]
fn a_goal_that_is_reached_needs_no_step() {
    let plan = Story::default().recalled(1, 0.9).reached([2]).link(1, Relation::Requires, 2).holds("step 1").plan();
    assert_eq!((plan.status, plan.steps.len(), plan.confidence), (PlanStatus::Complete, 0, 0.9));
}

#[test]
fn a_memory_that_is_not_there_is_a_gap_of_the_step_that_needs_it() {
    let plan = Story::default()
        .recalled(1, 0.8)
        .reached([2])
        .link(1, Relation::Requires, 2)
        .link(2, Relation::Requires, 9)
        .plan();
    assert_eq!((plan.status, order(&plan)), (PlanStatus::Partial, vec![2, 1]));
    assert_eq!(plan.gaps.len(), 1);
    assert!(plan.gaps[0].need.contains(&id(9).to_string()));
    assert_eq!(plan.gaps[0].for_step, Some(1));
}

#[test]
fn a_missing_memory_that_would_come_later_is_no_gap() {
    let plan =
        Story::default().recalled(1, 0.8).reached([2]).link(1, Relation::Requires, 2).link(1, Relation::Enables, 9);
    assert_eq!(plan.plan().status, PlanStatus::Complete);
}

#[test]
fn steps_that_do_not_fit_are_gaps_and_those_that_do_can_be_done() {
    let story = Story::default()
        .recalled(1, 0.8)
        .reached([2, 3])
        .link(1, Relation::Requires, 2)
        .link(2, Relation::Requires, 3)
        .at_most(2);
    let plan = story.plan();
    assert_eq!((plan.status, order(&plan)), (PlanStatus::Partial, vec![3, 2]));
    assert_eq!(plan.gaps, [Gap { need: "step 1".into(), for_step: None, for_memory: None }]);
}

#[test]
fn a_ring_is_reported_and_opened_so_that_the_goal_comes_last() {
    let plan = Story::default()
        .recalled(1, 0.8)
        .reached([2, 3])
        .link(1, Relation::Requires, 2)
        .link(2, Relation::Requires, 3)
        .link(3, Relation::Requires, 1)
        .plan();
    assert_eq!((plan.status, order(&plan)), (PlanStatus::Partial, vec![3, 2, 1]));
    assert_eq!(plan.cycles, [vec![id(1), id(2), id(3)]]);
    assert_eq!(plan.gaps, [Gap { need: "step 1".into(), for_step: Some(1), for_memory: None }]);
}

#[test]
fn a_memory_that_waits_for_itself_is_a_ring_of_one() {
    let plan = Story::default().recalled(1, 0.8).link(1, Relation::Requires, 1).plan();
    assert_eq!((plan.status, order(&plan), plan.cycles), (PlanStatus::Partial, vec![1], vec![vec![id(1)]]));
}

#[test]
fn a_long_chain_is_walked_without_running_out_of_stack() {
    let story = (1..20_000).fold(Story::default().recalled(1, 0.8).reached(2..=20_000), |story, n| {
        story.link(n, Relation::Requires, n + 1)
    });
    assert_eq!(story.at_most(1_000).plan().steps.len(), 1_000);
}

#[test]
fn a_step_is_as_sure_as_what_it_serves_and_gaps_cost_confidence() {
    let sure = Story::default().recalled(1, 0.8).reached([2]).link(1, Relation::Requires, 2);
    assert_eq!(sure.plan().steps.iter().map(|step| step.confidence).collect::<Vec<_>>(), [0.8, 0.8]);
    assert_eq!(sure.plan().confidence, 0.8);
    let less = sure.link(2, Relation::Requires, 9).plan();
    assert!(less.confidence < 0.8 && less.confidence > 0.0);
}

#[test]
fn the_cost_is_that_of_all_steps() {
    let mut story = Story::default().recalled(1, 0.8).link(1, Relation::Requires, 2);
    let cost = Cost::try_new(2.5).unwrap();
    let procedure = Some(Procedure { preconditions: vec![], effects: vec![], cost });
    story.reached.push(Arc::new(Memory { procedure, ..memory(2, "dear") }));
    assert_eq!(story.plan().cost, 3.5);
}

#[test]
fn a_layer_names_what_must_come_before_and_is_not_known() {
    let known = BTreeSet::from([id(1), id(2)]);
    let edges = [
        edge(1, Relation::Requires, 3),
        edge(4, Relation::Enables, 2),
        edge(1, Relation::Requires, 2),
        edge(1, Relation::Precedes, 5),
        edge(6, Relation::Requires, 1),
        edge(1, Relation::Related, 7),
    ];
    assert_eq!(layer(&known, &edges), BTreeSet::from([id(3), id(4)]));
}

#[test]
fn facts_are_equal_whatever_their_case_spaces_and_marks() {
    assert_eq!(Fact::of("The  build, is GREEN!"), Fact::of("the build is green"));
    assert_ne!(Fact::of("install C++"), Fact::of("install C#"));
    assert_eq!(Fact::of(" ...! "), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_web_of_links_makes_a_plan_that_can_be_walked(
        links in proptest::collection::vec((1u128..12, 0usize..8, 1u128..14), 0..40), goals in 1u128..6, steps in 1usize..12,
    ) {
        let mut story = (1..=goals).fold(Story::default(), |story, n| story.recalled(n, 1.0 - n as f64 / 20.0));
        story = story.reached(goals + 1..12).at_most(steps);
        for (from, relation, to) in links {
            story = story.link(from, Relation::ALL[relation], to);
        }
        let plan = story.plan();
        prop_assert!(plan.steps.len() <= steps);
        for (at, step) in plan.steps.iter().enumerate() {
            prop_assert_eq!(step.n, at + 1);
            prop_assert!(step.depends_on.iter().all(|&n| n < step.n));
            prop_assert!(step.needs.iter().all(|need| !matches!(need.met_by, MetBy::Step(n) if n >= step.n)));
            prop_assert_eq!(step.because[0], step.memory);
        }
        let distinct: BTreeSet<_> = plan.steps.iter().map(|step| step.memory).collect();
        prop_assert_eq!(distinct.len(), plan.steps.len());
        prop_assert_eq!(plan.status == PlanStatus::Complete, !plan.steps.is_empty() && plan.gaps.is_empty());
        prop_assert!(plan.cycles.is_empty() || plan.status == PlanStatus::Partial);
        prop_assert!((0.0..=1.0).contains(&plan.confidence));

        story.edges.reverse();
        story.reached.reverse();
        prop_assert_eq!(story.plan(), plan);
    }
}
