//! The event stream, and how to come in.

use anyhow::{Context, Result, bail, ensure};

use super::{Secret, Values};

/// The ways to show a password, as brokers call them.
const MECHANISMS: [&str; 3] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/// Where Kafka is.
#[derive(Debug, Clone)]
pub(crate) struct KafkaSettings {
    /// Brokers to begin with.
    pub bootstrap: String,
    /// Whether they are spoken to by TLS.
    pub tls: bool,
    /// As whom.
    pub sasl: Option<SaslSettings>,
}

/// A user of the brokers.
#[derive(Debug, Clone)]
#[cfg_attr(
    any(feature = "kafka-legacy", not(feature = "kafka")),
    expect(dead_code, reason = "the client of older brokers knows no users")
)]
pub(crate) struct SaslSettings {
    /// How the password is shown.
    pub mechanism: String,
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: Secret,
}

impl KafkaSettings {
    /// Reads what was set; `None`: there is no event stream.
    pub(super) fn read(values: &Values<'_>) -> Result<Option<Self>> {
        let tls = match values.text("kafka_tls").unwrap_or("off").trim() {
            "on" => true,
            "off" => false,
            other => bail!("SOMABRAIN_KAFKA_TLS is `{other}`, must be on or off"),
        };
        let sasl = SaslSettings::read(values)?;
        let bootstrap = values.text("kafka_bootstrap");
        Ok(bootstrap.map(|bootstrap| Self { bootstrap: bootstrap.to_owned(), tls, sasl }))
    }

    /// What must hold where others could listen.
    pub(super) fn validate_for_production(&self) -> Result<()> {
        let open = self.sasl.as_ref().is_some_and(|sasl| sasl.mechanism == "PLAIN") && !self.tls;
        ensure!(
            !open,
            "SOMABRAIN_KAFKA_SASL_MECHANISM is PLAIN, which shows the password to whoever listens: set \
             SOMABRAIN_KAFKA_TLS=on, or take SCRAM-SHA-512"
        );
        Ok(())
    }
}

impl SaslSettings {
    fn read(values: &Values<'_>) -> Result<Option<Self>> {
        let Some(mechanism) = values.text("kafka_sasl_mechanism") else {
            ensure!(
                values.text("kafka_sasl_username").is_none() && values.text("kafka_sasl_password").is_none(),
                "SOMABRAIN_KAFKA_SASL_USERNAME and _PASSWORD need a mechanism: set SOMABRAIN_KAFKA_SASL_MECHANISM to {}",
                MECHANISMS.join(" or ")
            );
            return Ok(None);
        };
        ensure!(
            MECHANISMS.contains(&mechanism),
            "SOMABRAIN_KAFKA_SASL_MECHANISM is `{mechanism}`, must be {}",
            MECHANISMS.join(" or ")
        );
        let needed = |key: &str, variable: &str| {
            let given = values.text(key).map(str::to_owned);
            given.with_context(|| format!("SOMABRAIN_KAFKA_SASL_MECHANISM needs {variable}: set it too"))
        };
        Ok(Some(Self {
            mechanism: mechanism.to_owned(),
            username: needed("kafka_sasl_username", "SOMABRAIN_KAFKA_SASL_USERNAME")?,
            password: Secret(needed("kafka_sasl_password", "SOMABRAIN_KAFKA_SASL_PASSWORD")?),
        }))
    }
}
