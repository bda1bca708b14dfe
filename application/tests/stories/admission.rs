//! How much of what may be stored: rates of sources, quotas, secrets.

use std::time::Duration;

use application::brain::{Brain, Settings};
use application::ports::Ports;
use application::ports::admission::Rates;
use application::ports::ledger::Selection;
use application::ports::metrics::Measurement;
use application::quotas::Quotas;
use application::use_cases::remember::{Draft, Remember, RememberError, Remembered};
use domain::memory::{Origin, Source};
use domain::secrets::SecretKind;
use domain::tenant::Namespace;
use somabrain_inprocess::InProcess;

use crate::world::{World, call, draft, text};

fn by(source: Source, content: &str) -> Draft {
    Draft { origin: Origin { source, ..Origin::default() }, ..draft(content) }
}

async fn tried(world: &World, drafts: Vec<Draft>) -> Result<Remembered, RememberError> {
    world.brain.remember(&world.ada, Remember { memories: drafts, key: None }).await
}

fn under(quotas: Quotas) -> World {
    let settings = Settings { quotas, ..Settings::default() };
    World { brain: Brain::new(InProcess::new(), settings), ada: call("acme") }
}

fn numbered(numbers: std::ops::Range<u32>) -> Vec<Draft> {
    numbers.map(|number| draft(&format!("fact {number}"))).collect()
}

#[tokio::test]
async fn tools_over_their_rate_wait_and_users_do_not() {
    let rates = Rates::new().memories(Source::Tool, 0.1).unwrap();
    let world = World::on(InProcess::with_rates(rates));
    tried(&world, vec![by(Source::Tool, "one")]).await.unwrap();
    let refused = tried(&world, vec![by(Source::User, "two"), by(Source::Tool, "three")]).await.unwrap_err();
    let RememberError::TooMany { from: Source::Tool, retry_after } = refused else { panic!("{refused:?}") };
    assert_eq!(retry_after, Duration::from_secs(10));
    assert!(world.ask("two").await.is_empty(), "nothing of the batch was stored");
    tried(&world, vec![by(Source::User, "four")]).await.unwrap();
    world.pass(10);
    tried(&world, vec![by(Source::Tool, "three")]).await.unwrap();
}

#[tokio::test]
async fn a_tenant_holds_no_more_than_its_quota_and_again_when_something_is_erased() {
    let world = under(Quotas { memories: Some(3), ..Quotas::default() });
    let kept = tried(&world, numbered(0..2)).await.unwrap();
    let refused = tried(&world, numbered(2..4)).await.unwrap_err();
    let RememberError::OverQuota(over) = refused else { panic!("{refused:?}") };
    assert_eq!((over.kind, over.limit, over.wanted), ("memories", 3, 4));
    tried(&world, numbered(2..3)).await.unwrap();
    assert!(tried(&world, numbered(3..4)).await.is_err());
    world.erase(Selection::Id(kept.memories[0].memory.id)).await;
    tried(&world, numbered(3..4)).await.unwrap();
    let other = World { brain: world.brain.clone(), ada: call("globex") };
    tried(&other, numbered(0..3)).await.unwrap();
}

#[tokio::test]
async fn what_was_stored_is_answered_again_where_there_is_no_more_room() {
    let world = under(Quotas { memories: Some(1), ..Quotas::default() });
    let kept = tried(&world, numbered(0..1)).await.unwrap();
    let again = tried(&world, numbered(0..1)).await.unwrap();
    assert!(again.memories[0].duplicate);
    assert_eq!(again.memories[0].memory.id, kept.memories[0].memory.id);
    assert!(tried(&world, numbered(0..2)).await.is_err());
}

#[tokio::test]
async fn bytes_and_namespaces_have_quotas_too() {
    let world = under(Quotas { bytes: Some(10), namespaces: Some(1), ..Quotas::default() });
    tried(&world, vec![draft("12345")]).await.unwrap();
    let over = async |draft| match tried(&world, vec![draft]).await.unwrap_err() {
        RememberError::OverQuota(over) => over.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(over(draft("123456")).await, "bytes");
    let elsewhere = Draft { namespace: Namespace::try_new("b").unwrap(), ..Draft::new(text("1")) };
    assert_eq!(over(elsewhere).await, "namespaces");
    tried(&world, vec![draft("54321")]).await.unwrap();
}

#[tokio::test]
async fn what_others_stored_counts_within_ten_seconds() {
    let quotas = Quotas { memories: Some(2), ..Quotas::default() };
    let world = under(quotas);
    tried(&world, numbered(0..1)).await.unwrap();
    world.pass(11);
    tried(&world, numbered(1..2)).await.unwrap();
    assert!(tried(&world, numbered(2..3)).await.is_err());
}

#[tokio::test]
async fn what_looks_like_a_secret_is_stored_told_and_counted() {
    let world = World::new();
    let stored = world.remember(vec![draft("she paid with 4111 1111 1111 1111"), draft("she paid in cash")]).await;
    let secrets: Vec<_> = stored.memories.iter().map(|one| one.secrets.clone()).collect();
    assert_eq!(secrets, [vec![SecretKind::CardNumber], vec![]]);
    let counted = world.ports().metrics().count(|one| *one == Measurement::Secret(SecretKind::CardNumber));
    assert_eq!(counted, 1);
}
