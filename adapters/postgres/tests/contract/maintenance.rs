//! Maintenance on several replicas.

use std::time::{Duration, Instant};

use application::ports::ledger::{Ledger, Maintaining, Note};
use somabrain_postgres::Postgres;

use crate::database::Database;
use crate::merging::{acme, second};

async fn turn(replica: &Postgres, enabled: bool) {
    let note = Note {
        subject: "ada".into(),
        action: "maintenance:change",
        request_id: "request-1".into(),
        basis: None,
        traceparent: None,
        at: second(0),
    };
    replica.maintain(Maintaining { tenant: acme(), enabled, reason: None, note }).await.unwrap();
}

async fn is_on(replica: &Postgres) -> bool {
    replica.maintenance().await.unwrap().is_some()
}

/// Within a second, whichever of them turned it.
#[tokio::test]
async fn every_replica_sees_it_within_a_second() {
    let database = Database::new().await;
    let (one, other) = (database.postgres().await, database.postgres().await);
    for enabled in [true, false] {
        assert_eq!(is_on(&other).await, !enabled, "it has been asked just now");
        turn(&one, enabled).await;
        assert_eq!(is_on(&one).await, enabled);
        let begin = Instant::now();
        while is_on(&other).await != enabled {
            assert!(begin.elapsed() < Duration::from_secs(10), "the other replica never sees it");
            tokio::task::yield_now().await;
        }
    }
}
