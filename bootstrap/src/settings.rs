//! Settings: file → environment → typed values, checked once at the start.

pub(crate) mod backups;
pub(crate) mod encoder;
mod guessable;
pub(crate) mod kafka;
mod limits;
pub(crate) mod names;
#[cfg(feature = "networked")]
pub(crate) mod servers;
pub(crate) mod source;
pub(crate) mod tls;
pub(crate) mod tokens;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use application::ports::admission::Rates;
use application::quotas::Quotas;
use domain::index::lens::Ways;
use domain::recall::fuse::default_weights;
use domain::recall::term::{Term, Weights};

use backups::Backups;
use encoder::EncoderChoice;
use kafka::KafkaSettings;
use names::{NAMES, Name, variable, weight_key};
#[cfg(feature = "networked")]
pub(crate) use servers::Servers;
use source::Sources;
use tls::Tls;
use tokens::Tokens;

/// How careful the service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Calls without a token act as tenant `local`; on a loopback address only.
    Development,
    /// Every call carries a token.
    Production,
}

impl Mode {
    /// The mode in the words of `/health`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// What the service runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// One process, one data folder.
    Embedded,
    /// Redis, Postgres, OPA, a memory service, Kafka if configured; any number of replicas.
    Networked,
}

impl Profile {
    /// The profile as it is set.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Networked => "networked",
        }
    }
}

/// A text that never prints.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl Secret {
    /// The text, for those who need it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Everything that an operator can set, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Address to listen on.
    pub address: SocketAddr,
    /// Whom it trusts, and who it is.
    pub tls: Tls,
    /// How careful the service is.
    pub mode: Mode,
    /// What it runs on.
    pub profile: Profile,
    /// The networked profile's servers.
    #[cfg(feature = "networked")]
    pub servers: Option<Servers>,
    /// What the memory service asks for.
    #[cfg(feature = "networked")]
    pub memory_http_token: Option<Secret>,
    /// Where Kafka is; `None`: there is no event stream.
    pub kafka: Option<KafkaSettings>,
    /// Who says where texts lie in meaning.
    pub encoder: EncoderChoice,
    /// Most entries or events that the relay takes at a time.
    pub outbox_batch_size: usize,
    /// The embedded profile's data.
    pub data_dir: PathBuf,
    /// What to log.
    pub log: String,
    /// How much a tenant may ask for at a time.
    pub rates: Rates,
    /// How much a tenant may hold.
    pub quotas: Quotas,
    /// An operator's own Rego files, of the embedded profile.
    pub policy_dir: Option<PathBuf>,
    /// Memories that a session's working memory holds.
    pub wm_size: usize,
    /// How long working memory holds a memory after its last use.
    pub wm_ttl: Duration,
    /// Requests slower than this are logged as SLOW.
    pub slow: Duration,
    /// How long requests are still taken after the signal to stop, while readiness fails.
    pub shutdown_delay: Duration,
    /// Where traces are sent.
    pub otlp_endpoint: Option<String>,
    /// Which ways of reading memories and queries are on.
    pub ways: Ways,
    /// Confidence below which recall says that it abstains.
    pub abstain_below: f32,
    /// What each term counts in the score of recall.
    pub weights: Weights,
    /// Tokens: who may sign them and what they must say.
    pub tokens: Tokens,
    /// Backups; `None`: none are made.
    pub backups: Option<Backups>,
    /// What was set, by the name in the environment; no secrets.
    pub given: BTreeMap<String, String>,
    /// Key of the audit chain; `None`: kept in the data folder.
    pub audit_key: Option<Secret>,
}

impl Settings {
    /// Reads, converts and checks. The error names the setting and says what to do.
    pub(crate) fn load(environment: &HashMap<String, String>) -> Result<(Self, Sources)> {
        let sources = Sources::read(environment)?;
        let settings = Self::from_sources(&sources)?;
        settings.validate()?;
        Ok((settings, sources))
    }

    fn from_sources(sources: &Sources) -> Result<Self> {
        let values = Values(sources);
        let mode = match values.text("mode").unwrap_or("development") {
            "development" => Mode::Development,
            "production" => Mode::Production,
            other => bail!("SOMABRAIN_MODE is `{other}`, must be `development` or `production`"),
        };
        let profile =
            match values.text("profile").unwrap_or(if cfg!(feature = "embedded") { "embedded" } else { "networked" }) {
                "embedded" => Profile::Embedded,
                "networked" => Profile::Networked,
                other => bail!("SOMABRAIN_PROFILE is `{other}`, must be `embedded` or `networked`"),
            };
        let host: IpAddr = values.parsed("host", "127.0.0.1", "an IP address such as 127.0.0.1")?;
        let port: u16 = values.parsed("port", "9696", "a port from 0 to 65535")?;
        let (rate, delay) = if mode == Mode::Production { ("50", "5000") } else { ("0", "500") };
        let tls = Tls::read(&values)?;
        Ok(Self {
            address: SocketAddr::new(host, port),
            mode,
            profile,
            #[cfg(feature = "networked")]
            servers: (profile == Profile::Networked).then(|| Servers::read(&values, &tls.roots)).transpose()?,
            #[cfg(feature = "networked")]
            memory_http_token: values.text("memory_http_token").map(|token| Secret(token.to_owned())),
            kafka: KafkaSettings::read(&values)?,
            tls,
            encoder: EncoderChoice::read(&values)?,
            outbox_batch_size: values.parsed("outbox_batch_size", "100", "a whole number from 1 to 1000")?,
            data_dir: values.text("data_dir").unwrap_or("somabrain-data").into(),
            log: values.text("log").unwrap_or("info").to_string(),
            rates: limits::rates(&values, rate)?,
            quotas: limits::quotas(&values)?,
            policy_dir: values.text("policy_dir").map(Into::into),
            wm_size: values.parsed("wm_size", "64", "a whole number of memories, 1 or more")?,
            wm_ttl: Duration::from_secs(values.parsed(
                "wm_ttl_seconds",
                "3600",
                "a whole number of seconds, 1 or more",
            )?),
            otlp_endpoint: values.text("otlp_endpoint").map(Into::into),
            slow: Duration::from_millis(values.parsed("slow_ms", "500", "a whole number of milliseconds")?),
            shutdown_delay: Duration::from_millis(values.parsed(
                "shutdown_delay_ms",
                delay,
                "a whole number of milliseconds",
            )?),
            ways: Ways {
                context: values.switch("read_context")?,
                names: values.switch("cut_names")?,
                passages: values.switch("read_passages")?,
            },
            abstain_below: values.parsed("abstain_below", "0.35", "a number from 0 to 1")?,
            weights: values.weights()?,
            tokens: Tokens::read(&values)?,
            backups: Backups::read(&values)?,
            given: given(sources),
            audit_key: values.text("audit_key").map(|key| Secret(key.to_string())),
        })
    }

    fn validate(&self) -> Result<()> {
        ensure!((1..=1000).contains(&self.outbox_batch_size), "SOMABRAIN_OUTBOX_BATCH_SIZE must lie in 1 to 1000");
        ensure!(self.wm_size >= 1, "SOMABRAIN_WM_SIZE must be 1 or more");
        ensure!(!self.wm_ttl.is_zero(), "SOMABRAIN_WM_TTL_SECONDS must be 1 or more");
        ensure!((0.0..=1.0).contains(&self.abstain_below), "SOMABRAIN_ABSTAIN_BELOW must lie in 0 to 1");
        self.tokens.validate()?;
        ensure!(
            self.policy_dir.is_none() || self.profile == Profile::Embedded,
            "SOMABRAIN_POLICY_DIR is of the embedded profile: in the networked one give your files to OPA, beside \
             adapters/opa/policy/authz.rego"
        );
        if let Some(key) = &self.audit_key {
            ensure!(key.reveal().len() >= 32, "SOMABRAIN_AUDIT_KEY must have at least 32 bytes");
        }
        Ok(())
    }

    #[cfg(feature = "networked")]
    fn memory_token(&self) -> Option<Secret> {
        self.memory_http_token.clone()
    }

    #[cfg(not(feature = "networked"))]
    fn memory_token(&self) -> Option<Secret> {
        None
    }

    /// What must hold before the API is served: who may come in is settled.
    pub(crate) fn validate_for_serving(&self) -> Result<()> {
        if self.mode == Mode::Production {
            self.tokens.validate_for_production()?;
            let others =
                [("SOMABRAIN_AUDIT_KEY", &self.audit_key), ("SOMABRAIN_MEMORY_HTTP_TOKEN", &self.memory_token())];
            for (variable, secret) in others {
                secret.iter().try_for_each(|secret| tokens::not_guessable(variable, secret))?;
            }
            self.kafka.iter().try_for_each(KafkaSettings::validate_for_production)?;
        } else {
            ensure!(
                self.address.ip().is_loopback(),
                "development mode answers without tokens and so listens on loopback only, not on {}: set \
                 SOMABRAIN_MODE=production and a key, or SOMABRAIN_HOST=127.0.0.1",
                self.address.ip()
            );
        }
        #[cfg(feature = "networked")]
        self.servers.iter().try_for_each(Servers::validate)?;
        self.tls.identity().map(drop)
    }

    /// What must hold before the memory service is served: nobody can guess its token.
    #[cfg(feature = "networked")]
    pub(crate) fn validate_for_memory_service(&self) -> Result<()> {
        let Some(token) = &self.memory_http_token else {
            bail!(
                "the memory service asks its clients for a token: set SOMABRAIN_MEMORY_HTTP_TOKEN to the same text here and \
                 there"
            )
        };
        if self.mode == Mode::Production || !self.address.ip().is_loopback() {
            let bytes = token.reveal().len();
            ensure!(
                bytes >= 32,
                "SOMABRAIN_MEMORY_HTTP_TOKEN has {bytes} bytes, at least 32 are needed: make one with `openssl rand -base64 48`"
            );
            tokens::not_guessable("SOMABRAIN_MEMORY_HTTP_TOKEN", token)?;
        }
        Ok(())
    }

    /// What was understood, a line a setting; secrets as `***`.
    pub(crate) fn describe(sources: &Sources) -> Vec<Understood> {
        let understood = |name: &'static Name| {
            let (value, origin) = match sources.found.get(name.key.as_ref()) {
                Some(found) if name.secret => ("***".into(), found.origin.to_string()),
                Some(found) => (found.value.clone(), found.origin.to_string()),
                None => ("-".into(), "default".into()),
            };
            Understood { variable: variable(&name.key), value, origin, about: &name.about }
        };
        NAMES.iter().map(understood).collect()
    }
}

/// What was set and is no secret.
fn given(sources: &Sources) -> BTreeMap<String, String> {
    let plain = NAMES.iter().filter(|name| !name.secret);
    let found =
        plain.filter_map(|name| Some((variable(&name.key), sources.found.get(name.key.as_ref())?.value.clone())));
    found.collect()
}

/// One setting as it was understood.
pub(crate) struct Understood {
    /// Its name in the environment.
    pub variable: String,
    /// Its value; `-` where nobody set it.
    pub value: String,
    /// Where the value came from.
    pub origin: String,
    /// What it is.
    pub about: &'static str,
}

/// Typed access to what was given.
pub(crate) struct Values<'a>(&'a Sources);

impl<'a> Values<'a> {
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.0.found.get(key).map(|found| found.value.as_str())
    }

    pub(crate) fn parsed<T: FromStr>(&self, key: &str, default: &str, wanted: &str) -> Result<T> {
        let value = self.text(key).unwrap_or(default);
        match value.trim().parse() {
            Ok(parsed) => Ok(parsed),
            Err(_) => bail!("{} is `{value}`, must be {wanted}", variable(key)),
        }
    }

    /// `on` unless it says `off`.
    fn switch(&self, key: &str) -> Result<bool> {
        match self.text(key).unwrap_or("on").trim() {
            "on" => Ok(true),
            "off" => Ok(false),
            other => bail!("{} is `{other}`, must be on or off", variable(key)),
        }
    }

    fn weights(&self) -> Result<Weights> {
        let mut weights = default_weights();
        for term in Term::ALL {
            let key = weight_key(term);
            let weight: f32 = self.parsed(&key, &weights.get(term).to_string(), "a number from -10 to 10")?;
            ensure!((-10.0..=10.0).contains(&weight), "{} must lie in -10 to 10", variable(&key));
            weights.set(term, weight);
        }
        Ok(weights)
    }
}
