//! The event stream: Kafka where the settings name one, nothing otherwise.

use anyhow::{Context, Result};
use application::ports::Standing;
use application::ports::error::PortError;
use application::ports::events::{Event, Events};
#[cfg(feature = "networked")]
use application::ports::metrics::Measurement;
#[cfg(not(feature = "kafka-legacy"))]
use somabrain_kafka::{Config, Kafka, Sasl};
#[cfg(feature = "kafka-legacy")]
use somabrain_kafka_legacy::{Config, KafkaLegacy as Kafka};

use crate::settings::Settings;
use crate::settings::kafka::KafkaSettings;
#[cfg(not(feature = "kafka-legacy"))]
use crate::settings::kafka::SaslSettings;

/// Where events go; without Kafka nowhere.
pub(crate) struct Stream(Option<Kafka>);

impl Stream {
    /// The stream of the settings.
    pub(crate) async fn connect(settings: &Settings) -> Result<Self> {
        let Some(given) = &settings.kafka else { return Ok(Self(None)) };
        let kafka = Kafka::connect(config(settings, given)?).await;
        Ok(Self(Some(kafka.context("SOMABRAIN_KAFKA_BOOTSTRAP cannot be used")?)))
    }

    /// What it is in `/health`, where there is one.
    pub(crate) fn standing(&self) -> Option<Standing> {
        self.0.as_ref().map(|_| Standing::optional("kafka"))
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

    /// How its breaker stands, where there is one.
    #[cfg(feature = "networked")]
    pub(crate) fn measurement(&self) -> Option<Measurement> {
        Some(Measurement::Breaker { component: "kafka", state: self.0.as_ref()?.breaker() })
    }
}

#[cfg(not(feature = "kafka-legacy"))]
fn config(settings: &Settings, given: &KafkaSettings) -> Result<Config> {
    let sasl = |sasl: &SaslSettings| {
        let mechanism = sasl.mechanism.parse().context("SOMABRAIN_KAFKA_SASL_MECHANISM")?;
        let (username, password) = (sasl.username.clone(), sasl.password.reveal().to_owned());
        Ok::<_, anyhow::Error>(Sasl { mechanism, username, password })
    };
    let sasl = given.sasl.as_ref().map(sasl).transpose()?;
    let tls = given.tls.then(|| settings.tls.roots.clone());
    Ok(Config { tls, sasl, ..Config::new(&given.bootstrap) })
}

/// The client of older brokers knows neither.
#[cfg(feature = "kafka-legacy")]
fn config(_: &Settings, given: &KafkaSettings) -> Result<Config> {
    anyhow::ensure!(
        !given.tls && given.sasl.is_none(),
        "SOMABRAIN_KAFKA_TLS or SOMABRAIN_KAFKA_SASL_MECHANISM is set, but this program was built with --features \
         kafka-legacy, whose client has neither TLS nor SASL: take a broker of version 4 and a program without it, or a \
         listener in the clear within a network of its own"
    );
    Ok(Config::new(&given.bootstrap))
}

impl Events for Stream {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        match &self.0 {
            Some(kafka) => kafka.publish(events).await,
            None => Ok(()),
        }
    }
}
