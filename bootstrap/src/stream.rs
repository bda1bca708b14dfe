//! The event stream: Kafka where the settings name one, nothing otherwise.

use anyhow::{Context, Result};
use application::ports::Component;
use application::ports::error::PortError;
use application::ports::events::{Event, Events};
#[cfg(feature = "networked")]
use application::ports::metrics::Measurement;
#[cfg(not(feature = "kafka-legacy"))]
use somabrain_kafka::{Config, Kafka};
#[cfg(feature = "kafka-legacy")]
use somabrain_kafka_legacy::{Config, KafkaLegacy as Kafka};

use crate::profile::component;
use crate::settings::Settings;

/// Where events go; without Kafka nowhere.
pub(crate) struct Stream(Option<Kafka>);

impl Stream {
    /// The stream of the settings.
    pub(crate) async fn connect(settings: &Settings) -> Result<Self> {
        let Some(bootstrap) = &settings.kafka else { return Ok(Self(None)) };
        let kafka = Kafka::connect(Config::new(bootstrap)).await;
        Ok(Self(Some(kafka.context("SOMABRAIN_KAFKA_BOOTSTRAP cannot be used")?)))
    }

    /// Whether it answers and has both topics; always where there is none.
    pub(crate) async fn check(&self) -> Result<(), PortError> {
        match &self.0 {
            Some(kafka) => kafka.probe().await,
            None => Ok(()),
        }
    }

    /// Creates the topics that are not there; their names.
    #[cfg(not(feature = "kafka-legacy"))]
    pub(crate) async fn create_topics(&self) -> Result<Vec<String>> {
        match &self.0 {
            Some(kafka) => Ok(kafka.create_topics().await?),
            None => Ok(Vec::new()),
        }
    }

    /// The client of older brokers cannot.
    #[cfg(feature = "kafka-legacy")]
    pub(crate) async fn create_topics(&self) -> Result<Vec<String>> {
        anyhow::bail!("a program built with --features kafka-legacy cannot create topics")
    }

    /// Its line of `/health`, where there is one.
    pub(crate) async fn probe(&self) -> Option<Component> {
        Some(component("kafka", true, self.0.as_ref()?.probe()).await)
    }

    /// How its breaker stands, where there is one.
    #[cfg(feature = "networked")]
    pub(crate) fn measurement(&self) -> Option<Measurement> {
        Some(Measurement::Breaker { component: "kafka", state: self.0.as_ref()?.breaker() })
    }
}

impl Events for Stream {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        match &self.0 {
            Some(kafka) => kafka.publish(events).await,
            None => Ok(()),
        }
    }
}
