//! What a Redis is like, for those who look after it.

use application::ports::error::PortError;
use redis::cmd;

use crate::Redis;
use crate::error::{Error, failure};

/// Keys that are looked through, at most, and keys of ours whose time to live is asked for.
const MOST: u64 = 1_000_000;
const SAMPLE: u64 = 1_000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The server's version.
    pub version: String,
    /// `maxmemory`: bytes that it may use; 0: all that there are.
    pub most_bytes: u64,
    /// `maxmemory-policy`.
    pub policy: String,
    /// The keys of each pattern of ours.
    pub keys: Vec<Keyspace>,
}

/// Keys of one pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyspace {
    /// Such as `tenant:*`.
    pub pattern: &'static str,
    /// How many there are, or were found before it was enough.
    pub count: u64,
    /// Whether all keys were looked through.
    pub whole: bool,
    /// Of how many the time to live was asked for.
    pub sampled: u64,
    /// How many of those have none.
    pub lasting: u64,
    /// One that has none.
    pub example: Option<String>,
}

type Asked<T> = Result<T, somabrain_guard::Refused<Error>>;

impl Redis {
    /// Asks Redis for its version, what it does when it is full, and looks through the keys of ours.
    pub async fn examine(&self) -> Result<Examined, PortError> {
        self.examined().await.map_err(failure("working", "examine redis"))
    }

    async fn examined(&self) -> Asked<Examined> {
        let server = self.info("server").await?;
        let memory = self.info("memory").await?;
        let mut keys = Vec::new();
        for pattern in ["tenant:*", "somabrain:*"] {
            keys.push(self.keyspace(pattern).await?);
        }
        Ok(Examined {
            version: field(&server, "redis_version").unwrap_or("unknown").to_owned(),
            most_bytes: field(&memory, "maxmemory").and_then(|bytes| bytes.parse().ok()).unwrap_or(0),
            policy: field(&memory, "maxmemory_policy").unwrap_or("unknown").to_owned(),
            keys,
        })
    }

    async fn info(&self, section: &str) -> Asked<String> {
        self.server.ask(cmd("INFO").arg(section)).await
    }

    async fn keyspace(&self, pattern: &'static str) -> Asked<Keyspace> {
        let mut found = Keyspace { pattern, count: 0, whole: true, sampled: 0, lasting: 0, example: None };
        let mut cursor = String::from("0");
        loop {
            let mut scan = cmd("SCAN");
            scan.arg(&cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(1_000);
            let (next, keys): (String, Vec<Vec<u8>>) = self.server.ask(&scan).await?;
            found.count += keys.len() as u64;
            for key in &keys {
                self.sample(key, &mut found).await?;
            }
            if next == "0" {
                return Ok(found);
            }
            if found.count >= MOST {
                found.whole = false;
                return Ok(found);
            }
            cursor = next;
        }
    }

    async fn sample(&self, key: &[u8], found: &mut Keyspace) -> Asked<()> {
        if found.sampled == SAMPLE {
            return Ok(());
        }
        let lives: i64 = self.server.ask(cmd("PTTL").arg(key)).await?;
        found.sampled += 1;
        // -1: it has none; -2: it has gone meanwhile.
        if lives == -1 {
            found.lasting += 1;
            found.example.get_or_insert_with(|| String::from_utf8_lossy(key).into_owned());
        }
        Ok(())
    }
}

/// The value of a line `name:value`.
fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
}
