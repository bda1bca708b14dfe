//! The event stream in Apache Kafka, for brokers before version 4.
//!
//! The same topics, messages and partitions as those of `somabrain-kafka`, spoken in the oldest form of the protocol, which
//! brokers from 0.8 to 3.9 understand and version 4 refuses; its messages have no timestamps of their own, and it cannot
//! create topics. The client blocks, in a thread: a broker that hangs is answered by the timeout, its thread ends two
//! minutes later.
//!
//! ```
//! use somabrain_kafka_legacy::{Config, KafkaLegacy};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let kafka = KafkaLegacy::connect(Config::new("kafka-1:9092,kafka-2:9092")).await?;
//! # Ok::<(), application::ports::error::PortError>(())
//! # }).unwrap();
//! ```

// One truth of what is in a message and where it goes: the files of the adapter for newer brokers.
#[path = "../../kafka/src/batch.rs"]
mod batch;
#[path = "../../kafka/src/message.rs"]
mod message;
#[path = "../../kafka/src/partition.rs"]
mod partition;
mod session;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use application::ports::error::{PortError, PortErrorKind};
use application::ports::events::{Event, Events};
use application::ports::metrics::BreakerState;
use kafka::error::{Error as ClientError, KafkaCode};
use somabrain_guard::{Guard, Outage, Refused, Repeat, Threads};
use thiserror::Error;

use session::Session;

/// Threads at most: more than hang until the client gives up where a broker is silent for long.
const THREADS: usize = 32;

/// How to reach Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Brokers to begin with: `host:port`, several separated by commas.
    pub bootstrap: String,
    /// The topic of all events. Default: `audit_events`.
    pub audit_topic: String,
    /// The topic of what happens to memories. Default: `somabrain_events`.
    pub memory_topic: String,
    /// Within which a publication is acknowledged or fails. Default: 5 s.
    pub timeout: Duration,
}

impl Config {
    /// The Kafka behind these brokers, with the defaults.
    pub fn new(bootstrap: impl Into<String>) -> Self {
        Self {
            bootstrap: bootstrap.into(),
            audit_topic: "audit_events".into(),
            memory_topic: "somabrain_events".into(),
            timeout: Duration::from_secs(5),
        }
    }
}

/// Why something was not done.
#[derive(Debug, Error)]
enum Error {
    #[error("no broker is named to begin with")]
    NoBroker,
    #[error("the topic {0:?} does not exist: create it by kafka-topics.sh")]
    NoTopic(String),
    #[error("the event could not be written")]
    Message(#[from] serde_json::Error),
    #[error("kafka is not reachable")]
    Client(#[from] ClientError),
    #[error("kafka refused: {0:?}")]
    Refused(KafkaCode),
    #[error(transparent)]
    Gone(#[from] somabrain_guard::Gone),
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        use KafkaCode as Said;
        match self {
            Self::NoBroker | Self::NoTopic(_) | Self::Message(_) | Self::Gone(_) => false,
            Self::Client(ClientError::UnsupportedProtocol) => false,
            Self::Client(_) => true,
            Self::Refused(code) => matches!(
                code,
                Said::LeaderNotAvailable
                    | Said::NotLeaderForPartition
                    | Said::RequestTimedOut
                    | Said::BrokerNotAvailable
                    | Said::NetworkException
                    | Said::NotEnoughReplicas
                    | Said::NotEnoughReplicasAfterAppend
            ),
        }
    }
}

/// An Apache Kafka cluster of a version before 4.
pub struct KafkaLegacy {
    config: Arc<Config>,
    guard: Guard,
    threads: Threads,
    session: Arc<Mutex<Option<Session>>>,
}

impl KafkaLegacy {
    /// Prepares to publish; connections are made when they are needed. Fails only where no broker is named.
    pub async fn connect(config: Config) -> Result<Self, PortError> {
        if session::brokers(&config).is_empty() {
            return Err(PortError::new("events", "connect", PortErrorKind::Internal, Error::NoBroker));
        }
        // The first attempt after a broker's restart finds its connection dead; the second makes a new one.
        let guard = somabrain_guard::Config { timeout: config.timeout, retries: 1, ..Default::default() };
        let guard = Guard::new("kafka", guard);
        Ok(Self { config: Arc::new(config), guard, threads: Threads::new(THREADS), session: Arc::default() })
    }

    /// Whether a broker answers and has both topics, asked now whatever the breaker says.
    pub async fn probe(&self) -> Result<(), PortError> {
        let asked = self.in_session(|session, config| session.check(config));
        self.guard.probe(asked).await.map_err(|refused| failure("probe", refused))
    }

    /// How the breaker before Kafka stands.
    pub fn breaker(&self) -> BreakerState {
        self.guard.state()
    }

    /// Attempts to reach Kafka that failed since the start.
    pub fn failures(&self) -> u64 {
        self.guard.failures()
    }

    /// Does `work` in a thread with the session that is kept, or a new one; one in which something failed is closed.
    async fn in_session(
        &self,
        work: impl FnOnce(&mut Session, &Config) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        let (config, kept) = (Arc::clone(&self.config), Arc::clone(&self.session));
        let worked = self.threads.run(move || {
            let taken = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut session = taken.map_or_else(|| Session::open(&config), Ok)?;
            work(&mut session, &config)?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
            Ok(())
        });
        worked.await?
    }
}

impl Events for KafkaLegacy {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        if events.is_empty() {
            return Ok(());
        }
        let events: Arc<[Event]> = events.into();
        let send = || {
            let events = Arc::clone(&events);
            self.in_session(move |session, config| session.send(config, &events))
        };
        let sent = self.guard.run(Repeat::Idempotent, send).await;
        sent.map_err(|refused| failure("publish", refused))
    }
}

fn failure(operation: &'static str, refused: Refused<Error>) -> PortError {
    let kind = if refused.is_outage() { PortErrorKind::Unavailable } else { PortErrorKind::Internal };
    PortError::new("events", operation, kind, refused)
}
