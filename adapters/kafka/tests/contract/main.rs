//! The promises of `Events`, kept by Kafka; what is in its topics; and what a topic that is missing does.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod place;
mod restart;
mod topics;

use domain::tenant::Tenant;
use place::{PATIENCE, Place};
use somabrain_kafka::{Config, Kafka};

/// The adapter that publishes to this place.
async fn kafka(place: &Place) -> Kafka {
    let config = Config {
        audit_topic: place.audit.clone(),
        memory_topic: place.memories.clone(),
        timeout: PATIENCE,
        ..Config::new(&place.bootstrap)
    };
    Kafka::connect(config).await.unwrap()
}

contract::events!(
    let place = Place::of(somabrain_servers::kafka().await).await;
    kafka(&place).await,
    async |_: &Kafka, tenant: &Tenant| place.events(&place.audit, tenant).await
);
