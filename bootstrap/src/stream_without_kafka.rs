//! The event stream of a program that was built without Kafka: nowhere.

use anyhow::{Result, bail};
use application::ports::Standing;
use application::ports::error::PortError;
use application::ports::events::{Event, Events};
#[cfg(feature = "networked")]
use application::ports::metrics::Measurement;

use crate::settings::Settings;

/// Where events go: nowhere.
pub(crate) struct Stream;

impl Stream {
    /// Refuses a setting that this program cannot honour.
    pub(crate) async fn connect(settings: &Settings) -> Result<Self> {
        match &settings.kafka {
            Some(kafka) => {
                bail!(
                    "SOMABRAIN_KAFKA_BOOTSTRAP is {}, but this program was built without --features kafka",
                    kafka.bootstrap
                )
            }
            None => Ok(Self),
        }
    }

    /// There is none, and so nothing amiss.
    pub(crate) async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }

    /// There is none to create them for.
    pub(crate) async fn create_topics(&self) -> Result<Vec<String>> {
        bail!("this program was built without --features kafka")
    }

    /// It is no component.
    pub(crate) fn standing(&self) -> Option<Standing> {
        None
    }

    /// It has no breaker.
    #[cfg(feature = "networked")]
    pub(crate) fn measurement(&self) -> Option<Measurement> {
        None
    }
}

impl Events for Stream {
    async fn publish(&self, _: &[Event]) -> Result<(), PortError> {
        Ok(())
    }
}
