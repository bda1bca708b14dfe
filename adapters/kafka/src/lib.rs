//! The event stream in Apache Kafka, for brokers of version 4 and later.
//!
//! Every event goes to `audit_events`, those of the lives of memories to `somabrain_events` too; each with its tenant as
//! the key, in the partition where Kafka's own clients would put that key, acknowledged by all replicas in sync. The
//! document in a message stands in `message.rs`. After an outage all is connected anew from the bootstrap servers.
//!
//! ```
//! use somabrain_kafka::{Config, Kafka};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let kafka = Kafka::connect(Config::new("kafka-1:9092,kafka-2:9092")).await?;
//! # Ok::<(), application::ports::error::PortError>(())
//! # }).unwrap();
//! ```

mod batch;
mod connection;
mod message;
mod partition;
mod sasl;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use application::ports::error::{PortError, PortErrorKind};
use application::ports::events::{Event, Events};
use application::ports::metrics::BreakerState;
use rskafka::client::error::{Error as ClientError, ProtocolError, RequestError};
use somabrain_guard::{Guard, Outage, Refused, Repeat};
use somabrain_tls::Roots;
use thiserror::Error;

pub use sasl::{Mechanism, Sasl, UnknownMechanism};

use connection::Connection;

/// How to reach Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Brokers to begin with: `host:port`, several separated by commas.
    pub bootstrap: String,
    /// Whom to trust by TLS; `None`, the default: the brokers are spoken to in the clear.
    pub tls: Option<Roots>,
    /// As whom to come in. Default: as nobody.
    pub sasl: Option<Sasl>,
    /// The topic of all events. Default: `audit_events`.
    pub audit_topic: String,
    /// The topic of what happens to memories. Default: `somabrain_events`.
    pub memory_topic: String,
    /// Within which a publication is acknowledged or fails. Default: 5 s.
    pub timeout: Duration,
    /// Partitions of the topics that [`Kafka::create_topics`] creates. Default: 6.
    pub partitions: u16,
    /// Their replicas; `None`, the default: as many as the brokers are set to.
    pub replicas: Option<u16>,
}

impl Config {
    /// The Kafka behind these brokers, with the defaults.
    pub fn new(bootstrap: impl Into<String>) -> Self {
        Self {
            bootstrap: bootstrap.into(),
            tls: None,
            sasl: None,
            audit_topic: "audit_events".into(),
            memory_topic: "somabrain_events".into(),
            timeout: Duration::from_secs(5),
            partitions: 6,
            replicas: None,
        }
    }
}

/// Why something was not done.
#[derive(Debug, Error)]
enum Error {
    #[error("no broker is named to begin with")]
    NoBroker,
    #[error("the topic {0:?} does not exist: create it by `somabrain doctor --create-topics` or kafka-topics.sh")]
    NoTopic(String),
    #[error("the event could not be written")]
    Message(#[from] serde_json::Error),
    #[error("kafka refused or is not reachable")]
    Client(#[from] ClientError),
}

impl Outage for Error {
    fn is_outage(&self) -> bool {
        use ProtocolError as Said;
        match self {
            Self::NoBroker | Self::NoTopic(_) | Self::Message(_) => false,
            Self::Client(ClientError::ServerError { protocol_error, .. }) => matches!(
                protocol_error,
                Said::LeaderNotAvailable
                    | Said::NotLeaderOrFollower
                    | Said::RequestTimedOut
                    | Said::BrokerNotAvailable
                    | Said::NetworkException
                    | Said::NotEnoughReplicas
                    | Said::NotEnoughReplicasAfterAppend
                    | Said::KafkaStorageError
            ),
            // An older or newer broker than this client can talk to stays that.
            Self::Client(ClientError::Request(RequestError::NoVersionMatch { .. })) => false,
            Self::Client(_) => true,
        }
    }
}

/// An Apache Kafka cluster.
pub struct Kafka {
    config: Config,
    guard: Guard,
    connection: Mutex<Option<Arc<Connection>>>,
}

impl Kafka {
    /// Prepares to publish; connections are made when they are needed. Fails only where no broker is named.
    pub async fn connect(config: Config) -> Result<Self, PortError> {
        if connection::brokers(&config).is_empty() {
            return Err(PortError::new("events", "connect", PortErrorKind::Internal, Error::NoBroker));
        }
        // An attempt repeats within itself what may be; a second one would wait for the same outage again.
        let guard = somabrain_guard::Config { timeout: config.timeout, retries: 0, ..Default::default() };
        Ok(Self { config, guard: Guard::new("kafka", guard), connection: Mutex::default() })
    }

    /// Whether the brokers answer and have both topics, asked now whatever the breaker says.
    pub async fn probe(&self) -> Result<(), PortError> {
        let asked = async {
            let connection = self.connected().await?;
            connection.check(&self.config).await
        };
        let asked = self.guard.probe(asked).await;
        self.settled("probe", asked)
    }

    /// Creates the topics that do not exist, and says which those were.
    pub async fn create_topics(&self) -> Result<Vec<String>, PortError> {
        let created = self.guard.run(Repeat::Once, || connection::create_topics(&self.config)).await;
        self.settled("create topics", created)
    }

    /// How the breaker before Kafka stands.
    pub fn breaker(&self) -> BreakerState {
        self.guard.state()
    }

    /// Attempts to reach Kafka that failed since the start.
    pub fn failures(&self) -> u64 {
        self.guard.failures()
    }

    async fn send(&self, events: &[Event]) -> Result<(), Error> {
        let connection = self.connected().await?;
        let memories: Vec<&Event> = events.iter().filter(|event| message::is_of_memories(event)).collect();
        let all = connection.send(&self.config.audit_topic, events.iter());
        let memories = connection.send(&self.config.memory_topic, memories.into_iter());
        tokio::try_join!(all, memories).map(drop)
    }

    /// The connection that is kept, or a new one with both topics.
    async fn connected(&self) -> Result<Arc<Connection>, Error> {
        let kept = self.kept().clone();
        if let Some(connection) = kept {
            return Ok(connection);
        }
        let connection = Arc::new(Connection::open(&self.config).await?);
        *self.kept() = Some(Arc::clone(&connection));
        Ok(connection)
    }

    fn settled<T>(&self, operation: &'static str, done: Result<T, Refused<Error>>) -> Result<T, PortError> {
        done.map_err(|refused| {
            // Brokers may have moved and topics may have been made anew: the next attempt asks for them again.
            *self.kept() = None;
            let kind = if refused.is_outage() { PortErrorKind::Unavailable } else { PortErrorKind::Internal };
            PortError::new("events", operation, kind, refused)
        })
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<Connection>>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Events for Kafka {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        if events.is_empty() {
            return Ok(());
        }
        let sent = self.guard.run(Repeat::Once, || self.send(events)).await;
        self.settled("publish", sent)
    }
}

/// The names of the topics, each once.
fn topics(config: &Config) -> BTreeSet<&str> {
    BTreeSet::from([config.audit_topic.as_str(), config.memory_topic.as_str()])
}
