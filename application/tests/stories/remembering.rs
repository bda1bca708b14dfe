//! Storing: what comes back, corrections, repetitions.

use std::collections::BTreeMap;
use std::time::Duration;

use application::ports::ledger::{Amendment, IdempotencyKey, Refusal};
use application::use_cases::change::{Amend, ChangeError};
use application::use_cases::remember::{Draft, Remember, RememberError};
use domain::link::{Link, Relation};
use domain::memory::{Cost, Procedure};
use domain::metadata::{Metadata, Value};
use domain::tenant::Namespace;

use crate::world::{World, draft, label, own_id, text};

fn refusal<T: std::fmt::Debug>(answer: Result<T, RememberError>) -> Refusal {
    match answer {
        Err(RememberError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[tokio::test]
async fn what_was_remembered_is_recalled_at_once() {
    let world = World::new();
    world.say("the kettle is in the kitchen").await;
    world.say("the passport is in the blue drawer").await;
    assert_eq!(world.ask("where is my passport?").await[0], "the passport is in the blue drawer");
}

#[tokio::test]
async fn times_default_to_what_is_known() {
    let world = World::new();
    let now = world.now();
    let plain = world.keep(draft("plain")).await.memory;
    assert_eq!((plain.times.created, plain.times.valid, plain.times.expires), (now, now, None));
    let earlier = now.plus_seconds(-60);
    let dated =
        world.keep(Draft { occurred: Some(earlier), ttl: Some(Duration::from_secs(9)), ..draft("dated") }).await;
    assert_eq!(dated.memory.times.valid, earlier);
    assert_eq!(dated.memory.times.expires, Some(now.plus_seconds(9)));
}

#[tokio::test]
async fn a_memory_that_ends_before_it_begins_is_refused() {
    let world = World::new();
    let now = world.now();
    let inverted = Draft { valid: Some(now), invalid: Some(now), ..draft("never") };
    let answer =
        world.brain.remember(&world.ada, Remember { memories: vec![draft("ever"), inverted], key: None }).await;
    assert!(matches!(answer, Err(RememberError::EndsBeforeItBegins { index: 1 })), "{answer:?}");
    assert_eq!(world.ask("ever never").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_that_is_too_long_is_refused_with_its_name_and_its_limit() {
    let world = World::new();
    let fact = || text("the kettle is on");
    let how = |preconditions, effects| {
        let procedure = Procedure {
            preconditions: vec![fact(); preconditions],
            effects: vec![fact(); effects],
            cost: Cost::default(),
        };
        Draft { procedure: Some(procedure), ..draft("how") }
    };
    let link = Link { to: own_id(1), relation: Relation::Related };
    for (long, name, limit) in [
        (Draft { tags: vec![label("tea"); 65], ..draft("tags") }, "tags", 64),
        (Draft { supersedes: vec![own_id(1); 257], ..draft("supersedes") }, "supersedes", 256),
        (Draft { links: vec![link; 257], ..draft("links") }, "links", 256),
        (how(65, 64), "procedure.preconditions", 64),
        (how(64, 65), "procedure.effects", 64),
    ] {
        let command = Remember { memories: vec![draft("plain"), long], key: None };
        match world.brain.remember(&world.ada, command).await {
            Err(RememberError::TooLong { index: 1, field, most }) => assert_eq!((field, most), (name, limit)),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(world.ask("plain").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_act_touches_sixty_four_namespaces_at_most() {
    let world = World::new();
    let apart = |number: usize| {
        let namespace = Namespace::try_new(&format!("room-{number}")).expect("a namespace");
        Draft { namespace, ..draft("apart") }
    };
    let act = |count| Remember { memories: (0..count).map(apart).collect(), key: None };
    let refused = world.brain.remember(&world.ada, act(65)).await;
    assert!(matches!(refused, Err(RememberError::TooManyNamespaces { found: 65 })), "{refused:?}");
    world.brain.remember(&world.ada, act(64)).await.expect("stored");
}

#[tokio::test]
async fn a_memory_gets_no_more_tags_than_it_may_have() {
    let world = World::new();
    let id = world.keep(draft("plain")).await.memory.id;
    let amend = |count: usize| {
        let tags = (0..count).map(|number| label(&format!("tag {number}"))).collect();
        Amend { id, expected: None, amendment: Amendment { tags: Some(tags), ..Amendment::default() } }
    };
    let refused = world.brain.change(&world.ada, amend(65)).await;
    assert!(matches!(refused, Err(ChangeError::TooManyTags)), "{refused:?}");
    assert_eq!(world.brain.change(&world.ada, amend(64)).await.expect("changed").tags.len(), 64);
}

#[tokio::test]
async fn a_speaker_in_the_metadata_counts_where_none_is_given() {
    let world = World::new();
    let metadata = Metadata::try_new(BTreeMap::from([("speaker".into(), Value::Text("Ada".into()))])).unwrap();
    let spoken = world.keep(Draft { metadata, ..draft("I am allergic to peanuts") }).await;
    assert_eq!(spoken.memory.origin.speaker, Some(label("Ada")));
}

#[tokio::test]
async fn a_correction_takes_the_place_of_what_it_corrects() {
    let world = World::new();
    let rome = world.say("Bob lives in Rome").await;
    world.pass(60);
    let oslo = world.keep(Draft { supersedes: vec![rome], ..draft("Bob lives in Oslo") }).await.memory;
    assert_eq!(world.ask("where does Bob live, Rome or Oslo?").await, ["Bob lives in Oslo"]);
    assert_eq!(world.read(rome).await.unwrap().times.invalid, Some(oslo.times.valid));
}

#[tokio::test]
async fn the_same_said_twice_is_stored_once() {
    let world = World::new();
    let first = world.keep(draft("tea at four")).await;
    world.pass(5);
    let again = world.keep(draft("tea at four")).await;
    assert!(again.duplicate && !first.duplicate);
    assert_eq!(again.memory.id, first.memory.id);
    assert_eq!(world.ask("tea").await.len(), 1);
}

#[tokio::test]
async fn an_own_id_names_one_content_for_ever() {
    let world = World::new();
    let own = |content| Draft { id: Some(own_id(7)), ..draft(content) };
    world.keep(own("tea at four")).await;
    assert!(world.keep(own("tea at four")).await.duplicate);
    let other = Remember { memories: vec![own("tea at five")], key: None };
    assert_eq!(refusal(world.brain.remember(&world.ada, other).await), Refusal::IdTaken(own_id(7)));
}

#[tokio::test]
async fn a_repeated_request_answers_as_the_first() {
    let world = World::new();
    let request = |fingerprint| Remember {
        memories: vec![draft("one"), draft("two")],
        key: Some(IdempotencyKey { key: label("k"), fingerprint: [fingerprint; 32] }),
    };
    let first = world.brain.remember(&world.ada, request(1)).await.unwrap();
    world.pass(3_600);
    let second = world.brain.remember(&world.ada, request(1)).await.unwrap();
    let told = |answer: &application::use_cases::remember::Remembered| {
        answer.memories.iter().map(|one| (one.memory.clone(), one.duplicate)).collect::<Vec<_>>()
    };
    assert_eq!(told(&first), told(&second));
    assert_eq!(refusal(world.brain.remember(&world.ada, request(2)).await), Refusal::KeyReused);
}

#[tokio::test]
async fn a_batch_is_stored_whole_or_not_at_all() {
    let world = World::new();
    let dangling = Draft { links: vec![Link { to: own_id(9), relation: Relation::Causes }], ..draft("dangling") };
    let batch = Remember { memories: vec![draft("good"), dangling, draft("fine")], key: None };
    assert_eq!(refusal(world.brain.remember(&world.ada, batch).await), Refusal::UnknownTarget(own_id(9)));
    assert_eq!(world.ask("good dangling fine").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_repeats_the_known_is_less_new() {
    let world = World::new();
    let first = world.keep(draft("the server restarts at three")).await.memory;
    for number in 0..20 {
        world.say(&format!("the server restarts at three, night {number}")).await;
    }
    world.brain.merge_observations().await.unwrap();
    let known = world.keep(draft("the server restarts at three, again")).await.memory;
    let new = world.keep(Draft { content: text("grandmother's marmalade recipe"), ..draft("x") }).await.memory;
    assert_eq!(first.novelty, 1.0);
    assert!(known.novelty < new.novelty, "{} {}", known.novelty, new.novelty);
}
