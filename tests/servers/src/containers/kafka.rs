//! Kafka in a container: one node, whose port is chosen first, because a broker tells its clients where it is.

use testcontainers::ImageExt;
use testcontainers::core::{IntoContainerPort, WaitFor};

use super::{Container, image};
use crate::processes::ports;

const SETTINGS: &[(&str, &str)] = &[
    ("KAFKA_PROCESS_ROLES", "broker,controller"),
    ("KAFKA_NODE_ID", "1"),
    ("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@127.0.0.1:9093"),
    ("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
    ("KAFKA_LISTENERS", "PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093"),
    ("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
    ("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false"),
    ("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "1"),
    ("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
    ("KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS", "1"),
    ("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
    ("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
    ("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
    ("KAFKA_LOG_CLEANER_DEDUPE_BUFFER_SIZE", "4194304"),
    ("KAFKA_HEAP_OPTS", "-Xms64m -Xmx192m"),
    ("CLUSTER_ID", "c29tYWJyYWluLXRlc3RzIQ"),
];

/// A broker of version 4.
pub(crate) async fn start() -> Container {
    of("SOMABRAIN_TEST_KAFKA_IMAGE", "apache/kafka:4.3.1").await
}

/// A broker of version 3.
pub(crate) async fn start_legacy() -> Container {
    of("SOMABRAIN_TEST_KAFKA_LEGACY_IMAGE", "apache/kafka:3.9.2").await
}

async fn of(name: &str, default: &str) -> Container {
    let [port] = ports().expect("there is a free port");
    let mut request = image(name, default)
        .with_exposed_port(9092.tcp())
        .with_wait_for(WaitFor::message_on_stdout("Kafka Server started"))
        .with_mapped_port(port, 9092.tcp())
        .with_env_var("KAFKA_ADVERTISED_LISTENERS", format!("PLAINTEXT://127.0.0.1:{port}"));
    for (name, value) in SETTINGS.iter().copied() {
        request = request.with_env_var(name, value);
    }
    let mut started = Container::start(request).await;
    started.url = format!("127.0.0.1:{port}");
    started
}
