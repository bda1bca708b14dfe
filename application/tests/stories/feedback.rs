//! Saying what was useful: the weights learn, a little, and can unlearn.

use application::ports::Ports;
use application::ports::ledger::{Ledger, Note};
use application::ports::metrics::Measurement;
use application::ports::teaching::{Lesson, Teaching};
use application::use_cases::feedback::{Feedback, FeedbackError, Learned};
use application::use_cases::recall::{Recall, Recalled};
use domain::memory::MemoryId;
use domain::recall::feedback::Verdict;
use domain::recall::term::{Term, Weights};
use uuid::Uuid;

use crate::world::{World, call, own_id, text};

/// A tenant with a few memories, and a recall of them.
async fn recalled(world: &World) -> Recalled {
    for words in ["the passport is in the blue drawer", "the drawer sticks", "blue is a colour", "Bob has a passport"] {
        world.say(words).await;
    }
    world.recall(Recall::new(text("passport in the blue drawer"))).await
}

fn ids(recalled: &Recalled) -> Vec<MemoryId> {
    recalled.memories.iter().map(|one| one.memory.id).collect()
}

/// The last was useful, the first was not.
fn reversed(recalled: &Recalled) -> Feedback {
    let ids = ids(recalled);
    Feedback { recall: recalled.recall_id, useful: vec![ids[ids.len() - 1]], useless: vec![ids[0]] }
}

async fn give(world: &World, feedback: Feedback) -> Result<Learned, FeedbackError> {
    world.brain.give_feedback(&world.ada, feedback).await
}

/// The weights that a recall is explained by.
async fn weights(world: &World) -> Weights {
    let recalled = world.recall(Recall { explain: true, ..Recall::new(text("passport in the blue drawer")) }).await;
    let lines = recalled.memories[0].explanation.as_ref().unwrap().lines().to_vec();
    lines.iter().fold(Weights::default(), |all, line| all.with(line.term, line.weight))
}

#[tokio::test]
async fn feedback_moves_the_weights_of_the_next_recall_and_of_nobody_else() {
    let world = World::new();
    let recalled = recalled(&world).await;
    let before = weights(&world).await;
    let learned = give(&world, reversed(&recalled)).await.unwrap();
    let after = weights(&world).await;
    assert_eq!((learned.version, learned.recall), (1, recalled.recall_id));
    assert!(!learned.moved.is_empty());
    for moved in &learned.moved {
        assert_eq!((moved.from, moved.to), (before.get(moved.term), after.get(moved.term)), "{}", moved.term.as_str());
    }
    let apart = recalled.memories.last().unwrap().signals.minus(&recalled.memories[0].signals);
    assert!(after.dot(&apart) > before.dot(&apart), "the useful one has come nearer");
    let eve = World { brain: world.brain.clone(), ada: call("other") };
    eve.say("a passport in a blue drawer").await;
    assert_eq!(weights(&eve).await.get(Term::Lexical), before.get(Term::Lexical));
}

#[tokio::test]
async fn feedback_taken_back_leaves_the_weights_as_they_were() {
    let world = World::new();
    let recalled = recalled(&world).await;
    let before = weights(&world).await;
    let learned = give(&world, reversed(&recalled)).await.unwrap();
    let undone = world.brain.take_feedback_back(&world.ada, learned.version).await.unwrap();
    assert_eq!((undone.version, undone.recall, undone.moved.len()), (2, recalled.recall_id, learned.moved.len()));
    assert_eq!(weights(&world).await, before);
    let again = world.brain.take_feedback_back(&world.ada, learned.version).await;
    assert!(matches!(again, Err(FeedbackError::Refused(_))), "{again:?}");
}

#[tokio::test]
async fn the_same_feedback_sent_twice_counts_once() {
    let world = World::new();
    let recalled = recalled(&world).await;
    let first = give(&world, reversed(&recalled)).await.unwrap();
    assert_eq!(give(&world, reversed(&recalled)).await.unwrap(), first);
}

#[tokio::test]
async fn feedback_is_taken_for_an_hour_and_from_the_own_tenant_only() {
    let world = World::new();
    let recalled = recalled(&world).await;
    let eve = world.brain.give_feedback(&call("other"), reversed(&recalled)).await;
    assert!(matches!(eve, Err(FeedbackError::UnknownRecall(_))), "{eve:?}");
    world.pass(3_600);
    let late = give(&world, reversed(&recalled)).await;
    assert!(matches!(late, Err(FeedbackError::UnknownRecall(id)) if id == recalled.recall_id), "{late:?}");
    let unknown = give(&world, Feedback { recall: Uuid::nil(), ..reversed(&recalled) }).await;
    assert!(matches!(unknown, Err(FeedbackError::UnknownRecall(_))));
}

#[tokio::test]
async fn feedback_that_makes_no_sense_teaches_nothing() {
    let world = World::new();
    let recalled = recalled(&world).await;
    let (recall, best) = (recalled.recall_id, ids(&recalled)[0]);
    let of = |useful: &[MemoryId], useless: &[MemoryId]| {
        give(&world, Feedback { recall, useful: useful.to_vec(), useless: useless.to_vec() })
    };
    assert!(matches!(of(&[], &[]).await, Err(FeedbackError::Nothing)));
    assert!(matches!(of(&[best], &[best]).await, Err(FeedbackError::Both(id)) if id == best));
    let stranger = of(&[best], &[own_id(7)]).await;
    assert!(
        matches!(stranger, Err(FeedbackError::NotRecalled { verdict: Verdict::Useless, id }) if id == own_id(7)),
        "{stranger:?}"
    );
    assert_eq!(of(&[best], &[]).await.unwrap().version, 1);
}

#[tokio::test]
async fn only_who_may_write_may_give_feedback() {
    let world = World::new();
    let recalled = recalled(&world).await;
    let mut nobody = call("acme");
    nobody.caller.roles.clear();
    let denied = world.brain.give_feedback(&nobody, reversed(&recalled)).await;
    assert!(matches!(denied, Err(FeedbackError::Forbidden(_))), "{denied:?}");
    let denied = world.brain.take_feedback_back(&nobody, 1).await;
    assert!(matches!(denied, Err(FeedbackError::Forbidden(_))), "{denied:?}");
}

#[tokio::test]
async fn what_was_judged_is_counted() {
    let world = World::new();
    let recalled = recalled(&world).await;
    give(&world, reversed(&recalled)).await.unwrap();
    let told = Measurement::Feedback { useful: 1, useless: 1 };
    assert_eq!(world.ports().metrics().count(|one| *one == told), 1);
}

#[tokio::test]
async fn what_was_taught_stays_when_the_ledger_is_away() {
    let world = World::new();
    let recalled = recalled(&world).await;
    give(&world, reversed(&recalled)).await.unwrap();
    let taught = weights(&world).await;
    world.ports().ledger().off();
    world.pass(60);
    assert_eq!(weights(&world).await, taught);
}

#[tokio::test]
async fn what_another_replica_was_taught_is_known_here_a_second_later() {
    let world = World::new();
    let recalled = recalled(&world).await;
    let before = weights(&world).await;
    let step = Weights::default().with(Term::Lexical, 0.0078125);
    let note = Note {
        subject: "ada".into(),
        action: "memory:feedback",
        request_id: "request-2".into(),
        basis: None,
        traceparent: None,
        at: world.now(),
    };
    let lesson = Lesson::Learn { recall: recalled.recall_id, step };
    let elsewhere = Teaching { tenant: world.ada.caller.tenant.clone(), lesson, note };
    world.ports().ledger().teach(elsewhere).await.unwrap();
    assert_eq!(weights(&world).await, before);
    world.pass(1);
    assert_eq!(weights(&world).await.get(Term::Lexical), before.get(Term::Lexical) + 0.0078125);
}

#[tokio::test]
async fn without_working_memory_a_recall_answers_and_only_feedback_is_lost() {
    let world = World::new();
    world.say("the passport is in the blue drawer").await;
    world.ports().working().off();
    let recalled = world.recall(Recall::new(text("passport"))).await;
    assert_eq!(recalled.memories.len(), 1);
    world.ports().working().on();
    let useful = ids(&recalled);
    let lost = give(&world, Feedback { recall: recalled.recall_id, useful, useless: Vec::new() }).await;
    assert!(matches!(lost, Err(FeedbackError::UnknownRecall(_))), "{lost:?}");
}
