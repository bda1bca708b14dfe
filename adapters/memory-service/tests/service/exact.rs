//! What travels comes back to the last bit, whole and in order.

use std::sync::Arc;

use application::ports::long_term::{Act, Entry, LongTermMemory};
use domain::index::{Candidate, Found, Reading};
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::cue::{Cue, Filter};
use domain::recall::term::{PerTerm, Signals, Term};
use domain::tenant::Namespace;
use uuid::Uuid;

use crate::builders::{cue, memory, patient, put, service, tenant, whole};

fn bits(terms: &PerTerm) -> Vec<u32> {
    Term::ALL.into_iter().map(|term| terms.get(term).to_bits()).collect()
}

#[tokio::test]
async fn every_field_of_a_memory_and_an_erasure_arrives() {
    let service = service().await;
    let erase = Act::Erase { namespace: Namespace::try_new("notes").unwrap(), id: MemoryId(Uuid::from_u128(3)) };
    let changed = Act::Put { first: Seq(2), memory: Arc::new(whole()) };
    let entries =
        [put(1, memory(1, "plain")), Entry { seq: Seq(i64::MAX), act: changed }, Entry { seq: Seq(5), act: erase }];

    service.client.apply(&tenant(), &entries).await.unwrap();

    assert_eq!(service.engine.applied.lock().unwrap()[..], [entries.to_vec()]);
    assert_eq!(service.client.position(&tenant()).await.unwrap(), Seq(i64::MAX));
}

#[tokio::test]
async fn every_field_of_a_cue_arrives() {
    let service = service().await;
    let plain = Cue { encoding: None, filter: Filter::default(), ..cue() };
    for cue in [cue(), plain] {
        service.client.search(&cue).await.unwrap();

        let arrived = service.engine.cues.lock().unwrap().pop().unwrap();
        assert_eq!(arrived.filter, cue.filter);
        assert_eq!(bits(&arrived.weights), bits(&cue.weights));
        assert_eq!(format!("{arrived:?}"), format!("{cue:?}"));
    }
}

#[tokio::test]
async fn every_bit_of_the_signals_comes_back_in_the_order_of_the_engine() {
    let service = service().await;
    let numbers = [f32::MIN_POSITIVE / 3.0, 0.1 + 0.2, -0.0, f32::MAX, 16_777_217.0, 1.0 / 3.0, 0.0];
    let found: Vec<Candidate> = numbers
        .into_iter()
        .enumerate()
        .map(|(nth, number)| Candidate {
            memory: Arc::new(Memory { id: MemoryId(Uuid::from_u128(nth as u128)), ..whole() }),
            seq: Seq(i64::MAX - nth as i64),
            signals: Signals::default().with(Term::Lexical, number).with(Term::Speaker, -number),
            named: nth % 2 == 0,
        })
        .collect();
    let reading = Reading { words: 3, named: 1 };
    *service.engine.found.lock().unwrap() = Found { candidates: found.clone(), reading };

    let answered = service.client.search(&cue()).await.unwrap().found;

    let told =
        |all: &[Candidate]| all.iter().map(|one| (one.memory.clone(), one.seq, bits(&one.signals))).collect::<Vec<_>>();
    assert_eq!(told(&answered.candidates), told(&found));
    assert_eq!(answered.reading, reading);
}

#[tokio::test]
async fn long_lists_are_cut_and_stay_in_order() {
    let service = service().await;
    let entries: Vec<Entry> = (1..=2_001).map(|n| put(n, memory(n as u128, &format!("entry {n}")))).collect();

    patient(&service.endpoint).apply(&tenant(), &entries).await.unwrap();

    let applied = service.engine.applied.lock().unwrap();
    assert_eq!(applied.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000, 1]);
    assert_eq!(applied.concat(), entries);
}

#[tokio::test]
async fn entries_that_are_large_together_are_cut_too() {
    let service = service().await;
    let large = "\u{1}".repeat(32_767) + "x";
    let entries: Vec<Entry> = (1..=50).map(|n| put(n, memory(n as u128, &large))).collect();

    patient(&service.endpoint).apply(&tenant(), &entries).await.unwrap();

    let applied = service.engine.applied.lock().unwrap();
    assert!(applied.len() > 1 && applied.concat() == entries, "{}", applied.len());
}

#[tokio::test]
async fn nothing_to_apply_asks_nothing() {
    let service = service().await;
    service.client.apply(&tenant(), &[]).await.unwrap();
    assert!(service.engine.applied.lock().unwrap().is_empty());
}
