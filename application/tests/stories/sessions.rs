//! Working memory: a session prefers what it holds, and never hides the rest.

use application::ports::Ports;
use application::ports::archiving::AuditTrail;
use application::use_cases::recall::Recall;
use domain::tenant::Label;
use somabrain_inprocess::InProcess;
use somabrain_inprocess::working::Config;

use crate::world::{World, contents, draft, draft_in, label, text};

fn asked(session: &str, query: &str) -> Recall {
    Recall { session: Some(label(session)), ..Recall::new(text(query)) }
}

#[tokio::test]
async fn a_session_prefers_what_it_holds() {
    let world = World::new();
    world.keep(draft_in("a", "the meeting is on Monday")).await;
    world.keep(draft_in("b", "the meeting is on Friday")).await;
    for (session, day) in [("a", "Monday"), ("b", "Friday")] {
        let recalled = world.recall(asked(session, "when is the meeting?")).await;
        assert!(contents(&recalled)[0].ends_with(day), "{session}: {:?}", contents(&recalled));
        assert_eq!(recalled.sources.working, 1);
    }
}

#[tokio::test]
async fn a_session_never_filters() {
    let world = World::new();
    world.keep(draft_in("a", "the meeting is on Monday")).await;
    let recalled = world.recall(asked("another", "when is the meeting?")).await;
    assert_eq!(contents(&recalled), ["the meeting is on Monday"]);
}

#[tokio::test]
async fn without_a_session_nothing_is_preferred() {
    let world = World::new();
    world.say("the meeting is on Monday").await;
    let recall = Recall { explain: true, ..Recall::new(text("when is the meeting?")) };
    let recalled = world.recall(recall).await;
    let explanation = recalled.memories[0].explanation.as_ref().unwrap();
    let session = explanation.lines().iter().filter(|line| line.term == domain::recall::term::Term::Session);
    assert!(session.into_iter().all(|line| line.points == 0.0));
}

#[tokio::test]
async fn what_is_recalled_stays_in_mind_longer() {
    let world = World::new();
    world.keep(draft_in("a", "the meeting is on Monday")).await;
    world.keep(draft_in("a", "lunch was pasta")).await;
    world.pass(1_800);
    world.recall(Recall { k: 1, ..asked("a", "when is the meeting?") }).await;
    world.pass(1_800);
    let held = world.brain.session(&world.ada, label("a")).await.unwrap();
    let held: Vec<&str> = held.memories.iter().map(|one| one.memory.content.as_str()).collect();
    assert_eq!(held, ["the meeting is on Monday"]);
}

#[tokio::test]
async fn a_full_session_says_what_had_to_go() {
    let world = World::on(InProcess::with_working(Config { size: 2, ..Config::default() }));
    let first = world.keep(draft_in("a", "one")).await.memory.id;
    world.pass(60);
    world.keep(draft_in("a", "two")).await;
    world.pass(60);
    let third = world.keep(draft_in("a", "three")).await;
    assert!(third.working.admitted);
    assert_eq!(third.working.evicted, [first]);
    assert!(world.read(first).await.is_ok(), "long-term memory keeps it");
}

#[tokio::test]
async fn ending_a_session_erases_nothing() {
    let world = World::new();
    world.keep(draft_in("a", "the meeting is on Monday")).await;
    assert_eq!(world.brain.end_session(&world.ada, label("a")).await.unwrap().released, 1);
    assert!(world.brain.session(&world.ada, label("a")).await.unwrap().memories.is_empty());
    assert_eq!(world.ask("when is the meeting?").await, ["the meeting is on Monday"]);
}

#[tokio::test]
async fn callers_without_a_session_share_one() {
    let world = World::new();
    world.keep(draft("the meeting is on Monday")).await;
    let active = Label::try_new("active").unwrap();
    assert_eq!(world.brain.session(&world.ada, active).await.unwrap().memories.len(), 1);
}

#[tokio::test]
async fn who_ended_a_session_is_in_the_audit_log() {
    let world = World::new();
    world.keep(draft_in("a", "the meeting is on Monday")).await;
    let ended = world.brain.end_session(&world.ada, label("a")).await.unwrap();
    assert_eq!(ended.released, 1);
    let log = world.ports().ledger().sealed_events(&world.ada.caller.tenant, 1, 10).await.unwrap();
    let told: Vec<_> = log.iter().map(|(event, _)| (event.action.as_str(), event.resource.as_str())).collect();
    assert_eq!(told, [("session:end", "session")]);
    let (event, _) = &log[0];
    assert_eq!((&event.subject, &event.request_id), (&world.ada.caller.subject, &world.ada.request_id));
}
