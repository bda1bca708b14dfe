//! What is measured: the use cases themselves behind the API, over a temporary folder or on a running server.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail, ensure};
#[cfg(feature = "embedded")]
use application::ports::admission::Rates;
#[cfg(feature = "embedded")]
use application::quotas::Quotas;
use domain::recall::term::{Signals, Term};
use serde_json::{Value, json};
use somabrain_tls::Roots;
use tokio::task::JoinSet;

use super::corpus::{Corpus, questions};
use super::ranking::Ranking;
use super::setup::Setup;
#[cfg(feature = "embedded")]
use crate::clock::Clock;
#[cfg(feature = "embedded")]
use crate::settings::{Mode, Profile, Settings};
use crate::target::Target;

/// Memories stored in one act.
const BATCH: usize = 200;

/// Something that remembers and recalls.
pub(crate) struct Subject {
    target: Arc<Target>,
    place: Place,
}

enum Place {
    /// A server that somebody else runs.
    Server,
    /// A folder that is gone after the run.
    #[cfg(feature = "embedded")]
    Folder(tempfile::TempDir, Box<Settings>),
}

/// Where a corpus's texts are stored.
pub(crate) struct Stored {
    /// The namespace.
    pub namespace: String,
    /// The place of each memory's text; of texts that are stored once, the first.
    by_id: HashMap<String, usize>,
    /// For each text the place of the one that is stored for it.
    pub first: Vec<usize>,
}

/// The answer to one question.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answered {
    /// The memories, the best first.
    pub ranking: Ranking,
    /// Their signals, where they were asked for.
    pub signals: Vec<Signals>,
    /// How sure it is that any memory answers.
    pub confidence: f64,
    /// Whether it says that none does.
    pub abstained: bool,
}

/// How much is wanted of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Most memories, 1 to 100.
    pub k: usize,
    /// Whether with their signals.
    pub signals: bool,
}

impl Stored {
    /// Nothing yet.
    pub(crate) fn nothing_in(namespace: String) -> Self {
        Self { namespace, by_id: HashMap::new(), first: Vec::new() }
    }

    /// Notes the id under which the next text is stored; whether it is a new one.
    pub(crate) fn note(&mut self, id: &str) -> bool {
        let place = self.first.len();
        let first = *self.by_id.entry(id.to_string()).or_insert(place);
        self.first.push(first);
        first == place
    }

    /// The place of the text that is stored under an id.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

impl Subject {
    /// A server.
    pub(crate) fn server(url: &str, token: Option<String>, roots: &Roots) -> Self {
        Self { target: Arc::new(Target::at(url, token, roots)), place: Place::Server }
    }

    /// The embedded profile in a folder of its own, tuned as the settings say.
    #[cfg(feature = "embedded")]
    pub(crate) async fn folder(settings: &Settings) -> Result<Self> {
        Self::folder_at(settings, Clock::Machine).await
    }

    /// The same with a clock of the caller's.
    #[cfg(feature = "embedded")]
    pub(crate) async fn folder_at(settings: &Settings, clock: Clock) -> Result<Self> {
        let folder = tempfile::tempdir().context("could not make a temporary folder")?;
        let settings = Settings {
            profile: Profile::Embedded,
            mode: Mode::Development,
            data_dir: folder.path().join("data"),
            rates: Rates::new(),
            quotas: Quotas::default(),
            kafka: None,
            ..settings.clone()
        };
        let target = Arc::new(open(&settings, clock).await?);
        Ok(Self { target, place: Place::Folder(folder, Box::new(settings)) })
    }

    /// The same memories under another setup; a server cannot be set up from here.
    #[cfg_attr(not(feature = "embedded"), expect(unused_variables, reason = "nothing here can be set up"))]
    pub(crate) async fn under(self, setup: &Setup) -> Result<Self> {
        match self.place {
            #[cfg(feature = "embedded")]
            Place::Folder(folder, mut settings) => {
                close(self.target).await?;
                setup.apply(&mut settings);
                let target = Arc::new(open(&settings, Clock::Machine).await?);
                Ok(Self { target, place: Place::Folder(folder, settings) })
            }
            Place::Server => bail!("a server recalls as it is set up"),
        }
    }

    /// What answers requests.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Lets go.
    pub(crate) async fn close(self) -> Result<()> {
        close(self.target).await
    }

    /// Stores the corpora, each in a namespace of its own whose name begins with `prefix`.
    pub(crate) async fn store(&self, corpora: &[Corpus], prefix: &str) -> Result<Vec<Stored>> {
        let mut all = Vec::new();
        for corpus in corpora {
            let stored = self.store_one(corpus, format!("{prefix}{}", corpus.name)).await;
            all.push(stored.with_context(|| format!("could not store `{}`", corpus.name))?);
        }
        Ok(all)
    }

    async fn store_one(&self, corpus: &Corpus, namespace: String) -> Result<Stored> {
        let mut stored = Stored::nothing_in(namespace);
        for batch in corpus.items.chunks(BATCH) {
            let mut bodies: Vec<Value> = batch.iter().map(|item| item.body.clone()).collect();
            bodies.iter_mut().for_each(|body| body["namespace"] = stored.namespace.as_str().into());
            let answer = self.target.patiently("POST", "/remember/batch", Some(&json!({"memories": bodies}))).await?;
            ensure!(answer.is_success(), "{}", answer.complaint());
            for one in answer.body["memories"].as_array().into_iter().flatten() {
                stored.note(one["id"].as_str().context("an answer has no id")?);
            }
        }
        ensure!(stored.first.len() == corpus.items.len(), "not every memory was answered for");
        Ok(stored)
    }

    /// Asks all questions, several at a time; the answers are in the order of [`questions`].
    pub(crate) async fn recall(
        &self,
        corpora: &[Corpus],
        stored: &Arc<Vec<Stored>>,
        wanted: Wanted,
    ) -> Result<Vec<Answered>> {
        let asked: Vec<(usize, Value)> = questions(corpora)
            .into_iter()
            .map(|(place, question)| (place, body(&question.body, &stored[place].namespace, wanted)))
            .collect();
        let (asked, next) = (Arc::new(asked), Arc::new(AtomicUsize::new(0)));
        let mut workers = JoinSet::new();
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            workers.spawn(work(self.target.clone(), asked.clone(), stored.clone(), next.clone()));
        }
        let mut answers = vec![Answered::default(); asked.len()];
        while let Some(done) = workers.join_next().await {
            for (at, answered) in done.context("a recall broke off")?? {
                answers[at] = answered;
            }
        }
        Ok(answers)
    }
}

fn body(question: &Value, namespace: &str, wanted: Wanted) -> Value {
    let mut body = question.clone();
    body["namespace"] = namespace.into();
    body["k"] = wanted.k.into();
    body["explain"] = wanted.signals.into();
    body
}

/// Asks what nobody else has asked yet.
async fn work(
    target: Arc<Target>,
    asked: Arc<Vec<(usize, Value)>>,
    stored: Arc<Vec<Stored>>,
    next: Arc<AtomicUsize>,
) -> Result<Vec<(usize, Answered)>> {
    let mut done = Vec::new();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some((place, body)) = asked.get(at) else { return Ok(done) };
        let answer = target.patiently("POST", "/recall", Some(body)).await?;
        ensure!(answer.is_success(), "a question of `{}`: {}", stored[*place].namespace, answer.complaint());
        ensure!(answer.body["degraded"] == false, "an answer is degraded: something could not be reached");
        done.push((at, answered(&answer.body, &stored[*place])));
    }
}

/// The answer that `POST /recall` gave.
pub(crate) fn answered(body: &Value, stored: &Stored) -> Answered {
    let mut answered = Answered {
        confidence: body["confidence"].as_f64().unwrap_or_default(),
        abstained: body["abstained"] == true,
        ..Answered::default()
    };
    for memory in body["memories"].as_array().into_iter().flatten() {
        answered.ranking.push(memory["id"].as_str().and_then(|id| stored.place(id)));
        if let Some(lines) = memory["explanation"]["terms"].as_array() {
            answered.signals.push(signals(lines));
        }
    }
    answered
}

fn signals(lines: &[Value]) -> Signals {
    let mut signals = Signals::default();
    for line in lines {
        if let Some(term) = line["term"].as_str().and_then(Term::from_name) {
            signals.set(term, line["signal"].as_f64().unwrap_or_default() as f32);
        }
    }
    signals
}

#[cfg(feature = "embedded")]
async fn open(settings: &Settings, clock: Clock) -> Result<Target> {
    let brain = crate::embedded::open_at(settings, clock).await?;
    Ok(Target::Folder(Box::new(crate::folder::Folder::new(brain, settings)?)))
}

async fn close(target: Arc<Target>) -> Result<()> {
    Arc::into_inner(target).context("a recall is still under way")?.close().await
}
