//! Lessons of feedback: versions, sums, taking back.

use application::ports::ledger::{Ledger, LedgerError, Refusal, Selection};
use application::ports::teaching::{Lesson, Lessons, Taught, Teaching};
use domain::recall::term::{PerTerm, Term};
use domain::tenant::{Namespace, Tenant};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::memories::*;

fn recall(number: u128) -> Uuid {
    id(1000 + number).0
}

/// A step that no two numbers have in common, in every term.
fn step(number: u128) -> PerTerm {
    let value = |at: usize| (number as f32 * 7.0 + at as f32 - 9.0) / 1_048_576.0;
    Term::ALL.into_iter().enumerate().fold(PerTerm::default(), |step, (at, term)| step.with(term, value(at)))
}

async fn act(ledger: &impl Ledger, tenant: Tenant, lesson: Lesson) -> Result<Taught, LedgerError> {
    ledger.teach(Teaching { tenant, lesson, note: note(second(0)) }).await
}

async fn learn(ledger: &impl Ledger, number: u128) -> Taught {
    let lesson = Lesson::Learn { recall: recall(number), step: step(number) };
    act(ledger, acme(), lesson).await.expect("taught")
}

async fn take_back(ledger: &impl Ledger, version: u32) -> Result<Taught, LedgerError> {
    act(ledger, acme(), Lesson::TakeBack(version)).await
}

async fn lessons(ledger: &impl Ledger) -> Lessons {
    ledger.lessons(&acme()).await.expect("lessons")
}

/// No version, no step.
pub async fn nothing_has_been_taught_at_first(ledger: &impl Ledger) {
    assert_eq!(lessons(ledger).await, Lessons::default());
}

/// Versions count from 1; each answer says what was before and what is.
pub async fn lessons_add_up_to_the_last_bit(ledger: &impl Ledger) {
    let mut sum = PerTerm::default();
    for number in 1..=20 {
        let (before, after) = (sum, sum.plus(&step(number)));
        let taught = learn(ledger, number).await;
        assert_eq!(taught, Taught { version: number as u32, recall: recall(number), before, after });
        assert_eq!(lessons(ledger).await, Lessons { version: number as u32, sum: after });
        sum = after;
    }
}

/// A repetition answers as the first time, whatever it says and whatever was taught since.
pub async fn a_recall_teaches_once(ledger: &impl Ledger) {
    let first = learn(ledger, 1).await;
    learn(ledger, 2).await;
    let other = Lesson::Learn { recall: recall(1), step: step(3) };
    assert_eq!(act(ledger, acme(), other).await.expect("repeated"), first);
    assert_eq!(lessons(ledger).await.version, 2);
}

/// Lessons after it stay.
pub async fn a_lesson_taken_back_leaves_the_sum_as_if_it_had_never_been(ledger: &impl Ledger) {
    learn(ledger, 1).await;
    let both = learn(ledger, 2).await.after;
    let taken_back = take_back(ledger, 1).await.expect("taken back");
    assert_eq!(taken_back, Taught { version: 3, recall: recall(1), before: both, after: step(2) });
    take_back(ledger, 2).await.expect("taken back");
    assert_eq!(lessons(ledger).await, Lessons { version: 4, sum: PerTerm::default() });
}

/// By feedback on the same recall.
pub async fn what_was_taken_back_can_be_taught_anew(ledger: &impl Ledger) {
    learn(ledger, 1).await;
    take_back(ledger, 1).await.expect("taken back");
    let anew = learn(ledger, 1).await;
    assert_eq!((anew.version, anew.after), (3, step(1)));
    assert_eq!(learn(ledger, 1).await, anew);
}

/// Nothing of that version, or a taking back.
pub async fn what_is_no_lesson_cannot_be_taken_back(ledger: &impl Ledger) {
    assert_eq!(refusal(take_back(ledger, 1).await), Refusal::UnknownLesson(1));
    learn(ledger, 1).await;
    take_back(ledger, 1).await.expect("taken back");
    for version in [0, 2, 3, u32::MAX] {
        assert_eq!(refusal(take_back(ledger, version).await), Refusal::UnknownLesson(version));
    }
    assert_eq!(lessons(ledger).await.version, 2);
}

/// And not again, even when its recall has taught anew.
pub async fn a_lesson_is_taken_back_once(ledger: &impl Ledger) {
    learn(ledger, 1).await;
    take_back(ledger, 1).await.expect("taken back");
    assert_eq!(refusal(take_back(ledger, 1).await), Refusal::TakenBack(1));
    learn(ledger, 1).await;
    assert_eq!(refusal(take_back(ledger, 1).await), Refusal::TakenBack(1));
    assert_eq!(lessons(ledger).await, Lessons { version: 3, sum: step(1) });
}

/// Sixteen of them, half of them about the same recall.
pub async fn lessons_at_once_each_get_a_version(ledger: &impl Ledger) {
    let taught = join_all((1..=16u128).map(|number| learn(ledger, number.min(9)))).await;
    let mut versions: Vec<u32> = taught.iter().map(|one| one.version).collect();
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions, (1..=9).collect::<Vec<_>>());
    let sum = (1..=9).fold(PerTerm::default(), |sum, number| sum.plus(&step(number)));
    assert_eq!(lessons(ledger).await, Lessons { version: 9, sum });
}

/// They hold no content.
pub async fn an_erasure_leaves_lessons_as_they_are(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    learn(ledger, 1).await;
    ledger.erase(erasing(Selection::Namespace(Namespace::default()))).await.map(answer).expect("erased");
    assert_eq!(lessons(ledger).await, Lessons { version: 1, sum: step(1) });
}

/// Versions, recalls and sums.
pub async fn a_tenants_lessons_are_its_own(ledger: &impl Ledger) {
    learn(ledger, 1).await;
    let other = tenant("acme-2");
    assert_eq!(ledger.lessons(&other).await.expect("lessons"), Lessons::default());
    assert_eq!(refusal(act(ledger, other.clone(), Lesson::TakeBack(1)).await), Refusal::UnknownLesson(1));
    let same_recall = Lesson::Learn { recall: recall(1), step: step(2) };
    let taught = act(ledger, other, same_recall).await.expect("taught");
    assert_eq!((taught.version, taught.after), (1, step(2)));
    assert_eq!(lessons(ledger).await, Lessons { version: 1, sum: step(1) });
}
