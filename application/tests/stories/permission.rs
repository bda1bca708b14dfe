//! Who may do what: the policy before everything, tenants apart, the rate.

use application::Forbidden;
use application::call::Caller;
use application::ports::Ports;
use application::ports::admission::{Asked, Rates, Verdict};
use application::ports::authenticator::Rejection;
use application::ports::error::PortErrorKind;
use application::ports::ledger::{Amendment, Selection};
use application::ports::metrics::Measurement;
use application::use_cases::change::{Amend, ChangeError};
use application::use_cases::erase::{Erase, EraseError};
use application::use_cases::read::{Read, ReadError};
use application::use_cases::recall::{Recall, RecallError};
use application::use_cases::remember::{Remember, RememberError};
use somabrain_inprocess::InProcess;

use crate::world::{World, call, draft, text};

#[tokio::test]
async fn who_is_denied_changes_nothing_and_learns_why() {
    let world = World::new();
    let mut stranger = call("acme");
    stranger.caller.roles.clear();
    let answer = world.brain.remember(&stranger, Remember { memories: vec![draft("sneaked in")], key: None }).await;
    let Err(RememberError::Forbidden(Forbidden::Denied { reason })) = answer else { panic!("{answer:?}") };
    assert_eq!(reason, "a caller without roles may do nothing");
    assert_eq!(world.ask("sneaked").await, Vec::<String>::new());
    assert_eq!(world.ports().metrics().count(|one| *one == Measurement::Denied), 1);
}

#[tokio::test]
async fn a_policy_that_cannot_be_asked_permits_nothing() {
    let world = World::new();
    world.ports().policy().off();
    let answer = world.brain.recall(&world.ada, Recall::new(text("anything"))).await;
    let Err(RecallError::Forbidden(Forbidden::Policy(error))) = answer else { panic!("{answer:?}") };
    assert_eq!(error.kind, PortErrorKind::Unavailable);
}

#[tokio::test]
async fn a_tenant_never_sees_another_tenants_memory() {
    let world = World::new();
    let id = world.say("the code is 4711").await;
    let eve = call("other");
    let recalled = world.brain.recall(&eve, Recall::new(text("what is the code?"))).await.unwrap();
    assert!(recalled.memories.is_empty());
    assert!(matches!(world.brain.read(&eve, Read { id }).await, Err(ReadError::Unknown(_))));
    let erasing = world.brain.erase(&eve, Erase { selection: Selection::Id(id) }).await;
    assert!(matches!(erasing, Err(EraseError::Unknown(_))));
    let amend = Amend { id, expected: None, amendment: Amendment::default() };
    assert!(matches!(world.brain.change(&eve, amend).await, Err(ChangeError::Refused(_))));
    assert_eq!(world.brain.namespaces(&eve).await.unwrap(), []);
    let held = world.brain.session(&eve, crate::world::label("active")).await.unwrap();
    assert!(held.memories.is_empty());
    assert_eq!(world.read(id).await.unwrap().version, 1);
}

#[tokio::test]
async fn a_token_makes_its_caller_and_a_refusal_is_counted() {
    let world = World::new();
    let caller: Caller = call("acme").caller;
    world.ports().authenticator().grant("good", caller.clone());
    assert_eq!(world.brain.authenticate(Some("good")).await, Ok(caller));
    assert_eq!(world.brain.authenticate(None).await, Err(Rejection::Missing));
    assert!(world.brain.authenticate(Some("bad")).await.is_err());
    let refused = world.ports().metrics().count(|one| matches!(one, Measurement::AuthFailure(_)));
    assert_eq!(refused, 2);
}

#[tokio::test]
async fn a_tenant_over_its_rate_waits_and_others_do_not() {
    let world = World::on(InProcess::with_rates(Rates::new().requests(1.0, 2).unwrap()));
    let (acme, other) = (&world.ada.caller.tenant, call("other").caller.tenant);
    for _ in 0..2 {
        assert!(matches!(world.brain.admit(acme, Asked::Request).await.unwrap(), Verdict::Admitted { .. }));
    }
    assert!(matches!(world.brain.admit(acme, Asked::Request).await.unwrap(), Verdict::Refused { .. }));
    assert!(matches!(world.brain.admit(&other, Asked::Request).await.unwrap(), Verdict::Admitted { .. }));
    assert_eq!(world.ports().metrics().count(|one| *one == Measurement::RateLimited), 1);
    world.pass(1);
    assert!(matches!(world.brain.admit(acme, Asked::Request).await.unwrap(), Verdict::Admitted { .. }));
}
