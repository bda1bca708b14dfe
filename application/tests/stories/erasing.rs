//! Erasing for good: search, reading and working memory let go.

use application::ports::Ports;
use application::ports::ledger::{PastPage, Refusal, Selection};
use application::ports::working::WorkingMemory;
use application::use_cases::erase::{Erase, EraseError};
use application::use_cases::read::ReadVersions;
use application::use_cases::recall::Recall;
use application::use_cases::remember::{Draft, Remember, RememberError};
use domain::memory::Origin;
use domain::tenant::Namespace;

use crate::world::{World, draft, draft_in, label, own_id, text};

#[tokio::test]
async fn an_erased_memory_is_gone_from_every_copy() {
    let world = World::new();
    let id = world.keep(draft_in("s", "the code is 4711")).await.memory.id;
    assert_eq!(world.brain.session(&world.ada, label("s")).await.unwrap().memories.len(), 1);
    let receipt = world.erase(Selection::Id(id)).await;
    assert_eq!(receipt.erased.memories.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
    assert!(world.read(id).await.is_err());
    assert!(
        world.brain.versions(&world.ada, ReadVersions { id, page: PastPage { after: 0, limit: 1 } }).await.is_err()
    );
    assert!(world.brain.session(&world.ada, label("s")).await.unwrap().memories.is_empty());
    let recall =
        Recall { session: Some(label("s")), include_superseded: true, ..Recall::new(text("the code is 4711")) };
    assert!(world.recall(recall).await.memories.is_empty());
}

#[tokio::test]
async fn an_erased_id_is_refused_for_ever_and_the_text_may_be_said_anew() {
    let world = World::new();
    let own = || Draft { id: Some(own_id(7)), ..draft("tea at four") };
    world.keep(own()).await;
    world.erase(Selection::Id(own_id(7))).await;
    let again = world.brain.remember(&world.ada, Remember { memories: vec![own()], key: None }).await;
    assert!(matches!(again, Err(RememberError::Refused(Refusal::Erased(id))) if id == own_id(7)), "{again:?}");
    assert!(!world.keep(draft("tea at four")).await.duplicate);
}

#[tokio::test]
async fn erasing_what_is_not_there_says_so() {
    let world = World::new();
    let answer = world.brain.erase(&world.ada, Erase { selection: Selection::Id(own_id(7)) }).await;
    assert!(matches!(answer, Err(EraseError::Unknown(id)) if id == own_id(7)), "{answer:?}");
}

#[tokio::test]
async fn a_data_subject_is_erased_everywhere() {
    let world = World::new();
    let of = |user: &str, content| Draft {
        origin: Origin { user: Some(label(user)), ..Origin::default() },
        ..draft(content)
    };
    let notes = Namespace::try_new("notes").unwrap();
    let elsewhere = Draft { namespace: notes, ..of("bob", "Bob's note about tea") };
    world.remember(vec![of("bob", "Bob likes tea"), elsewhere, of("eve", "Eve likes tea")]).await;
    let selection = Selection::Subject { user: Some(label("bob")), agent: None, session: None, namespace: None };
    assert_eq!(world.erase(selection).await.erased.memories.len(), 2);
    assert_eq!(world.ask("who likes tea?").await, ["Eve likes tea"]);
}

#[tokio::test]
async fn a_namespace_is_erased_with_what_sessions_hold_of_it() {
    let world = World::new();
    let notes = Namespace::try_new("notes").unwrap();
    world.keep(Draft { namespace: notes.clone(), ..draft_in("s", "a note") }).await;
    world.keep(draft_in("s", "no note")).await;
    world.erase(Selection::Namespace(notes)).await;
    let held = world.brain.session(&world.ada, label("s")).await.unwrap().memories;
    assert_eq!(held.iter().map(|one| one.memory.content.as_str()).collect::<Vec<_>>(), ["no note"]);
    assert_eq!(world.brain.namespaces(&world.ada).await.unwrap(), [(Namespace::default(), 1)]);
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_no_erasure_half_done() {
    let world = World::new();
    let id = world.keep(draft_in("s", "the code is 4711")).await.memory.id;
    world.ports().hold().close();
    let mut erasing = Box::pin(world.brain.erase(&world.ada, Erase { selection: Selection::Id(id) }));
    assert!(futures_util::poll!(&mut erasing).is_pending());
    while world.read(id).await.is_ok() {
        tokio::task::yield_now().await;
    }
    drop(erasing);
    assert!(world.ports().noted().is_empty(), "it waits for the list of the backups");
    world.ports().hold().open();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.ports().noted(), [(world.ada.caller.tenant.clone(), id)]);
    let held = world.ports().working().held(&world.ada.caller.tenant, &label("s"), world.now()).await.unwrap();
    assert!(held.is_empty(), "working memory was told too");
}
