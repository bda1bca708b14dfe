//! A client with what it knows of the topics.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use application::ports::events::Event;
use chrono::DateTime;
use rskafka::BackoffConfig;
use rskafka::client::error::{Error as ClientError, ProtocolError};
use rskafka::client::partition::{Compression, PartitionClient, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;
use somabrain_tls::Verification;

use crate::batch::{Batch, batches};
use crate::message::Message;
use crate::{Config, Error, topics};

/// Connections to brokers, as long as they last.
pub(crate) struct Connection {
    client: Client,
    partitions: HashMap<String, i32>,
    leaders: Mutex<HashMap<(String, i32), Arc<PartitionClient>>>,
}

impl Connection {
    /// Connects, and learns how many partitions the topics have.
    pub(crate) async fn open(config: &Config) -> Result<Self, Error> {
        let client = client(config).await?;
        let partitions = partitions(&client, config).await?;
        Ok(Self { client, partitions, leaders: Mutex::default() })
    }

    /// Asks the brokers whether both topics are there.
    pub(crate) async fn check(&self, config: &Config) -> Result<(), Error> {
        partitions(&self.client, config).await.map(drop)
    }

    /// Sends events to a topic; when it returns, all replicas in sync have them.
    pub(crate) async fn send<'a>(&self, topic: &str, events: impl Iterator<Item = &'a Event>) -> Result<(), Error> {
        let partitions = self.partitions.get(topic).ok_or_else(|| Error::NoTopic(topic.to_owned()))?;
        for Batch { partition, messages, .. } in batches(events, *partitions)? {
            let leader = self.leader(topic, partition).await?;
            let records = messages.into_iter().map(record).collect();
            let sent = leader.produce(records, Compression::NoCompression).await;
            sent.map_err(|error| named(topic, error))?;
        }
        Ok(())
    }

    async fn leader(&self, topic: &str, partition: i32) -> Result<Arc<PartitionClient>, Error> {
        let place = (topic.to_owned(), partition);
        let known = self.leaders.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(leader) = known {
            return Ok(leader);
        }
        let found = self.client.partition_client(topic, partition, UnknownTopicHandling::Error).await;
        let leader = Arc::new(found.map_err(|error| named(topic, error))?);
        let mut leaders = self.leaders.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(leaders.entry(place).or_insert(leader)))
    }
}

/// The brokers to begin with.
pub(crate) fn brokers(config: &Config) -> Vec<String> {
    let brokers = config.bootstrap.split(',').map(str::trim).filter(|broker| !broker.is_empty());
    brokers.map(str::to_owned).collect()
}

/// Creates the topics that do not exist, and waits until a broker leads them; their names.
pub(crate) async fn create_topics(config: &Config) -> Result<Vec<String>, Error> {
    let client = client(config).await?;
    let controller = client.controller_client()?;
    let replicas = config.replicas.map_or(-1, |replicas| i16::try_from(replicas).unwrap_or(i16::MAX));
    let patience = i32::try_from(config.timeout.as_millis()).unwrap_or(i32::MAX);
    let mut created = Vec::new();
    for topic in topics(config) {
        match controller.create_topic(topic, i32::from(config.partitions), replicas, patience).await {
            Ok(()) => created.push(topic.to_owned()),
            Err(ClientError::ServerError { protocol_error: ProtocolError::TopicAlreadyExists, .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    for topic in &created {
        // The controller has it; the brokers learn of it a moment later.
        client.partition_client(topic, 0, UnknownTopicHandling::Retry).await?;
    }
    Ok(created)
}

async fn client(config: &Config) -> Result<Client, Error> {
    // Short pauses: a connection that died is replaced within an attempt, an outage is an answer of it.
    let timeout = config.timeout.max(Duration::from_millis(1));
    let backoff = BackoffConfig {
        init_backoff: timeout / 200,
        max_backoff: timeout / 20,
        base: 2.0,
        deadline: Some(timeout / 4),
    };
    let mut builder = ClientBuilder::new(brokers(config)).client_id("somabrain").backoff_config(backoff);
    if let Some(roots) = &config.tls {
        builder = builder.tls_config(Arc::new(roots.client(Verification::Full)));
    }
    if let Some(sasl) = &config.sasl {
        builder = builder.sasl_config(sasl.into());
    }
    Ok(builder.build().await?)
}

/// How many partitions the topics have.
async fn partitions(client: &Client, config: &Config) -> Result<HashMap<String, i32>, Error> {
    let listed = client.list_topics().await?;
    let found: BTreeMap<&str, usize> =
        listed.iter().map(|topic| (topic.name.as_str(), topic.partitions.len())).collect();
    let of_topic = |topic: &str| match found.get(topic) {
        Some(&partitions) if partitions > 0 => Ok((topic.to_owned(), i32::try_from(partitions).unwrap_or(i32::MAX))),
        _ => Err(Error::NoTopic(topic.to_owned())),
    };
    topics(config).into_iter().map(of_topic).collect()
}

/// A record with the time of its event, by which a topic's retention counts, and where it comes from as headers.
fn record(message: Message<'_>) -> Record {
    let timestamp = DateTime::from_timestamp_micros(message.event.at.micros()).unwrap_or_default();
    let key = Some(message.key().to_vec());
    let request_id = ("request_id".to_owned(), message.event.request_id.clone().into_bytes());
    let trace = message.event.outgoing().map(|span| ("traceparent".to_owned(), span.to_string().into_bytes()));
    let headers: BTreeMap<String, Vec<u8>> = std::iter::once(request_id).chain(trace).collect();
    Record { key, value: Some(message.value), headers, timestamp }
}

/// A topic that is gone is told as one that never was.
fn named(topic: &str, error: ClientError) -> Error {
    match error {
        ClientError::ServerError { protocol_error: ProtocolError::UnknownTopicOrPartition, .. } => {
            Error::NoTopic(topic.to_owned())
        }
        error => error.into(),
    }
}
