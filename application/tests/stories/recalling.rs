//! Asking: the order of answers, moments in time, thresholds, explanations.

use std::time::Duration;

use application::ports::ledger::{Amendment, PastPage, Refusal};
use application::use_cases::change::{Amend, ChangeError};
use application::use_cases::read::ReadVersions;
use application::use_cases::recall::Recall;
use application::use_cases::remember::Draft;
use domain::memory::Kind;
use domain::recall::cue::Filter;
use domain::tenant::Namespace;

use crate::world::{World, contents, draft, text};

#[tokio::test]
async fn nothing_remembered_is_an_answer_without_memories() {
    let world = World::new();
    let recalled = world.recall(Recall::new(text("where is my passport?"))).await;
    assert!(recalled.memories.is_empty() && recalled.abstained && !recalled.degraded);
    assert_eq!(recalled.confidence, 0.0);
}

#[tokio::test]
async fn no_more_than_k_memories_are_answered_the_best_first() {
    let world = World::new();
    for number in 0..20 {
        world.say(&format!("tea number {number}")).await;
    }
    let recalled = world.recall(Recall { k: 3, ..Recall::new(text("tea number 7")) }).await;
    assert_eq!(recalled.memories.len(), 3);
    assert_eq!(contents(&recalled)[0], "tea number 7");
    assert!(recalled.memories.is_sorted_by(|a, b| a.score >= b.score));
    assert!((0.0..=1.0).contains(&recalled.confidence), "{}", recalled.confidence);
}

#[tokio::test]
async fn the_past_is_answered_as_it_was() {
    let world = World::new();
    let rome = world.say("Bob lives in Rome").await;
    let then = world.now();
    world.pass(3_600);
    world.keep(Draft { supersedes: vec![rome], ..draft("Bob lives in Oslo") }).await;
    let past = Recall { as_of: Some(then), ..Recall::new(text("where does Bob live?")) };
    assert_eq!(contents(&world.recall(past).await), ["Bob lives in Rome"]);
    let all = Recall { include_superseded: true, ..Recall::new(text("where does Bob live?")) };
    assert_eq!(world.recall(all).await.memories.len(), 2);
}

#[tokio::test]
async fn what_was_not_known_yet_is_not_answered() {
    let world = World::new();
    let long_ago = world.now().plus_seconds(-86_400);
    world.say("Bob was born in Rome").await;
    let known = world.now();
    world.pass(60);
    world.keep(Draft { occurred: Some(long_ago), ..draft("Bob was born in Oslo") }).await;
    let filter = Filter { known_at: Some(known), ..Filter::default() };
    let recalled = world.recall(Recall { filter, ..Recall::new(text("where was Bob born?")) }).await;
    assert_eq!(contents(&recalled), ["Bob was born in Rome"]);
}

#[tokio::test]
async fn what_has_expired_is_neither_recalled_nor_read() {
    let world = World::new();
    let id = world.keep(Draft { ttl: Some(Duration::from_secs(60)), ..draft("the code is 4711") }).await.memory.id;
    world.pass(59);
    assert_eq!(world.ask("code").await.len(), 1);
    world.pass(1);
    assert_eq!(world.ask("code").await, Vec::<String>::new());
    assert!(world.read(id).await.is_err());
    let page = PastPage { after: 0, limit: 10 };
    assert!(world.brain.versions(&world.ada, ReadVersions { id, page }).await.is_err());
    let amend = Amend { id, expected: None, amendment: Amendment::default() };
    assert!(matches!(world.brain.change(&world.ada, amend).await, Err(ChangeError::Refused(Refusal::Unknown(_)))));
    assert_eq!(world.brain.erase_expired(&world.ada.caller.tenant).await.unwrap(), 1);
    assert_eq!(world.brain.erase_expired(&world.ada.caller.tenant).await.unwrap(), 0);
}

#[tokio::test]
async fn namespaces_are_asked_one_at_a_time() {
    let world = World::new();
    let notes = Namespace::try_new("notes").unwrap();
    world.say("tea at four").await;
    world.keep(Draft { namespace: notes.clone(), ..draft("tea at five") }).await;
    let recalled = world.recall(Recall { namespace: notes, ..Recall::new(text("tea")) }).await;
    assert_eq!(contents(&recalled), ["tea at five"]);
}

#[tokio::test]
async fn a_filter_leaves_only_what_fits() {
    let world = World::new();
    world.say("tea is served at four").await;
    world.keep(Draft { kind: Kind::Semantic, ..draft("tea grows in Assam") }).await;
    let filter = Filter { kind: Some(Kind::Semantic), ..Filter::default() };
    let recalled = world.recall(Recall { filter, ..Recall::new(text("tea is served")) }).await;
    assert_eq!(contents(&recalled), ["tea grows in Assam"]);
}

#[tokio::test]
async fn a_threshold_leaves_out_what_scores_less() {
    let world = World::new();
    world.say("the passport is in the blue drawer").await;
    world.say("the drawer sticks").await;
    let all = world.recall(Recall::new(text("passport in the blue drawer"))).await;
    assert_eq!(all.memories.len(), 2);
    let between = (all.memories[0].score + all.memories[1].score) / 2.0;
    let few = Recall { min_score: between, ..Recall::new(text("passport in the blue drawer")) };
    assert_eq!(world.recall(few).await.memories.len(), 1);
}

#[tokio::test]
async fn an_explanation_adds_up_to_the_score() {
    let world = World::new();
    world.say("the passport is in the blue drawer").await;
    let silent = world.recall(Recall::new(text("passport"))).await;
    assert!(silent.memories[0].explanation.is_none());
    let told = world.recall(Recall { explain: true, ..Recall::new(text("passport")) }).await;
    let best = &told.memories[0];
    let explanation = best.explanation.as_ref().unwrap();
    let points: f32 = explanation.lines().iter().map(|line| line.points).sum();
    assert!((explanation.raw() - points).abs() < 1e-6);
    assert!((explanation.score() - best.score).abs() < 1e-6);
}

#[tokio::test]
async fn diverse_answers_do_not_repeat_each_other() {
    let world = World::new();
    for number in 1..=3 {
        world.say(&format!("the train to Oslo leaves from platform {number}")).await;
    }
    world.say("a train driver collects stamps").await;
    let query = |diversity| Recall { k: 2, diversity, ..Recall::new(text("the train to Oslo leaves")) };
    let plain = contents(&world.recall(query(0.0)).await);
    let diverse = contents(&world.recall(query(1.0)).await);
    assert!(plain.iter().all(|content| content.contains("platform")), "{plain:?}");
    assert!(diverse.iter().any(|content| content.contains("stamps")), "{diverse:?}");
}
