//! Maintenance: writes are refused for everybody, reads go on, and it ends as it began.

use application::Forbidden;
use application::ports::ledger::{Amendment, Maintenance, Selection};
use application::use_cases::change::Amend;
use application::use_cases::erase::Erase;
use application::use_cases::maintenance::Maintain;
use application::use_cases::recall::Recall;
use application::use_cases::remember::{Remember, RememberError};

use crate::world::{World, call, contents, draft, label, text};

const WHY: &str = "moving to a larger disk";

async fn turn(world: &World, enabled: bool) -> Option<Maintenance> {
    world.brain.maintain(&world.ada, Maintain { enabled, reason: Some(WHY.into()) }).await.unwrap()
}

/// A world in maintenance that remembers one thing.
async fn maintained() -> World {
    let world = World::new();
    world.say("the ladder stands in the cellar").await;
    turn(&world, true).await;
    world
}

#[tokio::test]
async fn whoever_looks_is_told_since_when_by_whom_and_why() {
    let world = maintained().await;
    let seen = world.brain.inspect_maintenance(&world.ada).await.unwrap();
    let tenant = Some(world.ada.caller.tenant.clone());
    let expected = Maintenance { since: world.now(), tenant, subject: "ada".into(), reason: Some(WHY.into()) };
    assert_eq!(seen, Some(expected));
    assert_eq!(turn(&world, false).await, None);
    assert_eq!(world.brain.inspect_maintenance(&world.ada).await.unwrap(), None);
}

#[tokio::test]
async fn nothing_is_stored_changed_or_erased_meanwhile_for_any_tenant() {
    let world = maintained().await;
    for caller in [&world.ada, &call("globex")] {
        let remembered = world.brain.remember(caller, Remember { memories: vec![draft("more")], key: None }).await;
        let Err(RememberError::Forbidden(Forbidden::Maintenance(told))) = remembered else { panic!("{remembered:?}") };
        assert_eq!(told.reason.as_deref(), Some(WHY));
    }
    let id = world.recall(Recall::new(text("ladder"))).await.memories[0].memory.id;
    let amend = Amend { id, expected: None, amendment: Amendment::default() };
    assert!(world.brain.change(&world.ada, amend).await.is_err());
    assert!(world.brain.erase(&world.ada, Erase { selection: Selection::Id(id) }).await.is_err());
    assert!(world.brain.end_session(&world.ada, label("active")).await.is_err());
    assert_eq!(world.ask("ladder").await, ["the ladder stands in the cellar"]);
}

#[tokio::test]
async fn what_is_known_is_recalled_meanwhile_and_all_goes_on_after() {
    let world = maintained().await;
    let recalled = world.recall(Recall::new(text("where is the ladder?"))).await;
    assert_eq!((contents(&recalled), recalled.degraded), (vec!["the ladder stands in the cellar".into()], false));
    turn(&world, false).await;
    world.say("the bin goes out on Tuesday").await;
    assert_eq!(world.ask("bin").await[0], "the bin goes out on Tuesday");
}
