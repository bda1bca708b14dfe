//! A client with its connections, which blocks.

use application::ports::events::Event;
use kafka::client::{KafkaClient, ProduceMessage, RequiredAcks};
use kafka::error::KafkaCode;

use crate::batch::{Batch, batches};
use crate::{Config, Error, message};

/// Connections to brokers, as long as they last.
pub(crate) struct Session {
    client: KafkaClient,
}

impl Session {
    /// Connects, and learns of the topics.
    pub(crate) fn open(config: &Config) -> Result<Self, Error> {
        let mut client = KafkaClient::new(brokers(config));
        client.set_client_id("somabrain".into());
        let mut session = Self { client };
        session.check(config)?;
        Ok(session)
    }

    /// Asks a broker whether both topics are there.
    pub(crate) fn check(&mut self, config: &Config) -> Result<(), Error> {
        self.client.load_metadata_all()?;
        for topic in [&config.audit_topic, &config.memory_topic] {
            self.partitions(topic)?;
        }
        Ok(())
    }

    /// Sends events to both topics; when it returns, all replicas in sync have them.
    pub(crate) fn send(&mut self, config: &Config, events: &[Event]) -> Result<(), Error> {
        self.send_to(&config.audit_topic, events.iter(), config)?;
        let memories = events.iter().filter(|event| message::is_of_memories(event));
        self.send_to(&config.memory_topic, memories, config)
    }

    fn send_to<'a>(
        &mut self,
        topic: &str,
        events: impl Iterator<Item = &'a Event>,
        config: &Config,
    ) -> Result<(), Error> {
        for batch in batches(events, self.partitions(topic)?)? {
            self.produce(topic, &batch, config)?;
        }
        Ok(())
    }

    fn produce(&mut self, topic: &str, batch: &Batch<'_>, config: &Config) -> Result<(), Error> {
        let partition = batch.partition;
        let messages = batch.messages.iter().map(|message| ProduceMessage {
            key: Some(message.key()),
            value: Some(&message.value),
            topic,
            partition,
        });
        let confirmed = self.client.produce_messages(RequiredAcks::All, config.timeout, messages)?;
        let mut partitions = confirmed.iter().flat_map(|topic| &topic.partition_confirms);
        match partitions.next().map(|confirmed| confirmed.offset) {
            Some(Ok(_)) => Ok(()),
            Some(Err(KafkaCode::UnknownTopicOrPartition)) => Err(Error::NoTopic(topic.to_owned())),
            Some(Err(code)) => Err(Error::Refused(code)),
            None => Err(Error::Refused(KafkaCode::Unknown)),
        }
    }

    /// How many partitions a topic has.
    fn partitions(&self, topic: &str) -> Result<i32, Error> {
        let topics = self.client.topics();
        let known = topics.partitions(topic).filter(|partitions| !partitions.is_empty());
        let partitions = known.ok_or_else(|| Error::NoTopic(topic.to_owned()))?;
        // The client takes a partition without a leader for one that does not exist.
        match partitions.available_ids().len() == partitions.len() {
            true => Ok(i32::try_from(partitions.len()).unwrap_or(i32::MAX)),
            false => Err(Error::Refused(KafkaCode::LeaderNotAvailable)),
        }
    }
}

/// The brokers to begin with.
pub(crate) fn brokers(config: &Config) -> Vec<String> {
    let brokers = config.bootstrap.split(',').map(str::trim).filter(|broker| !broker.is_empty());
    brokers.map(str::to_owned).collect()
}
