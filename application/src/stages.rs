//! Where the time of one request goes: what its stages took, for the log of slow requests.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use crate::ports::metrics::Stage;

tokio::task_local! {
    static SPENT: Spent;
}

/// What the stages of one request took so far, in the order of [`Stage::ALL`].
#[derive(Default)]
struct Spent([Cell<Option<Duration>>; Stage::ALL.len()]);

/// What the stages of one request took. Those that ran side by side may add up to more than the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stages([Option<Duration>; Stage::ALL.len()]);

impl Stages {
    /// The time in a stage, every passage counted; none if it was not passed.
    pub fn get(&self, stage: Stage) -> Option<Duration> {
        self.0[stage as usize]
    }
}

/// Does what a request asks for; its answer, and what its stages took.
pub async fn watched<T>(request: impl Future<Output = T>) -> (T, Stages) {
    SPENT
        .scope(Spent::default(), async {
            let answer = request.await;
            (answer, SPENT.with(|spent| Stages(spent.0.each_ref().map(Cell::get))))
        })
        .await
}

/// Notes that a stage of the request at hand took so long; outside of a request nothing is noted.
pub(crate) fn note(stage: Stage, took: Duration) {
    // an error says that this is work beside requests
    let _ = SPENT.try_with(|spent| {
        let so_far = &spent.0[stage as usize];
        so_far.set(Some(so_far.get().unwrap_or_default() + took));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn a_stage_passed_twice_counts_twice_and_one_not_passed_not_at_all() {
        let request = async {
            note(Stage::Ledger, MS);
            tokio::task::yield_now().await;
            note(Stage::Ledger, MS);
            "answer"
        };
        let (answer, stages) = watched(request).await;
        assert_eq!((answer, stages.get(Stage::Ledger), stages.get(Stage::Policy)), ("answer", Some(2 * MS), None));
    }

    #[tokio::test]
    async fn requests_at_once_do_not_share_their_stages() {
        let request = |passages: u32| {
            watched(async move {
                for _ in 0..passages {
                    note(Stage::Encode, MS);
                    tokio::task::yield_now().await;
                }
            })
        };
        let ((_, one), (_, other)) = tokio::join!(request(1), request(3));
        assert_eq!((one.get(Stage::Encode), other.get(Stage::Encode)), (Some(MS), Some(3 * MS)));
    }

    #[tokio::test]
    async fn work_beside_requests_notes_nothing() {
        note(Stage::LongTerm, MS);
        assert_eq!(watched(async {}).await.1, Stages::default());
    }
}
