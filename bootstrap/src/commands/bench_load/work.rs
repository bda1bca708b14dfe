//! What is asked of the server: queries made of words that are there, contents that are new.

use std::fmt;

use anyhow::{Context, Result, ensure};
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::BenchLoad;
use super::client::{Address, Connection, request};

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Operation {
    /// `GET /livez`: what the server can do when it does nothing.
    Livez,
    /// `POST /recall`.
    Recall,
    /// `POST /remember`, durable.
    Remember,
    /// Four recalls to one remember, in the namespace that is recalled from.
    Mixed,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Livez => "livez",
            Self::Recall => "recall",
            Self::Remember => "remember",
            Self::Mixed => "mixed",
        })
    }
}

/// Everything that requests are made of.
pub(crate) struct Requests {
    address: Address,
    token: Option<String>,
    namespace: String,
    into: String,
    k: usize,
    seed: u64,
    texts: Vec<Vec<String>>,
}

impl Requests {
    /// Asks the server for some memories of the namespace, to make queries of their words.
    pub(crate) async fn prepare(address: &Address, args: &BenchLoad) -> Result<Self> {
        let mut texts = Vec::new();
        if args.operations.iter().any(|one| matches!(one, Operation::Recall | Operation::Mixed)) {
            texts = words(address, args).await?;
            ensure!(!texts.is_empty(), "the namespace `{}` is empty: import something first", args.namespace);
        }
        Ok(Self {
            address: address.clone(),
            token: args.token.clone(),
            namespace: args.namespace.clone(),
            into: args.into.clone(),
            k: args.k,
            seed: args.seed,
            texts,
        })
    }

    /// A maker of requests for one connection.
    pub(crate) fn maker(&self, connection: usize) -> Maker<'_> {
        let seed = self.seed.wrapping_mul(1_000_003).wrapping_add(connection as u64);
        Maker { requests: self, random: SmallRng::seed_from_u64(seed), connection, made: 0 }
    }
}

async fn words(address: &Address, args: &BenchLoad) -> Result<Vec<Vec<String>>> {
    let path = format!("/memories?namespace={}&limit=1000", args.namespace);
    let asked = request("GET", &path, address, args.token.as_deref(), "");
    let answer = Connection::open(address).await?.send(&asked).await?;
    ensure!(
        answer.status == 200,
        "the server answered {} to GET /memories: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    let listed: Value = serde_json::from_slice(&answer.body).context("GET /memories did not answer JSON")?;
    let memories = listed["memories"].as_array().context("GET /memories answered no list")?;
    Ok(memories
        .iter()
        .filter_map(|memory| memory["content"].as_str())
        .map(|content| content.split_whitespace().take(40).map(ToString::to_string).collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect())
}

/// Makes the requests of one connection.
pub(crate) struct Maker<'a> {
    requests: &'a Requests,
    random: SmallRng,
    connection: usize,
    made: u64,
}

impl Maker<'_> {
    /// The bytes of the next request.
    pub(crate) fn next(&mut self, operation: Operation) -> Vec<u8> {
        let Requests { address, namespace, into, .. } = self.requests;
        self.made += 1;
        match operation {
            Operation::Livez => request("GET", "/livez", address, None, ""),
            Operation::Recall => self.recall(),
            Operation::Remember => self.remember(into),
            Operation::Mixed if self.made.is_multiple_of(5) => self.remember(namespace),
            Operation::Mixed => self.recall(),
        }
    }

    fn recall(&mut self) -> Vec<u8> {
        let Requests { address, token, namespace, k, .. } = self.requests;
        let body = json!({"query": self.query(), "k": k, "namespace": namespace});
        request("POST", "/recall", address, token.as_deref(), &body.to_string())
    }

    fn remember(&mut self, into: &str) -> Vec<u8> {
        let Requests { address, token, seed, .. } = self.requests;
        let noise: u64 = self.random.random();
        let content =
            format!("bench {seed} connection {} wrote note {} about {noise:016x}", self.connection, self.made);
        let body = json!({"content": content, "namespace": into});
        request("POST", "/remember", address, token.as_deref(), &body.to_string())
    }

    /// Four to eight words in a row from one of the memories.
    fn query(&mut self) -> String {
        let words = self.requests.texts.choose(&mut self.random).expect("prepare saw to it that there are some");
        let wanted = self.random.random_range(4..=8).min(words.len());
        let from = self.random.random_range(0..=words.len() - wanted);
        words[from..from + wanted].join(" ")
    }
}
