//! What is measured on: texts, and questions about them with the texts that answer.

use std::collections::HashMap;

use anyhow::{Result, bail, ensure};
use domain::tenant::Namespace;
use serde_json::Value;

/// The memories of one corpus and the questions about them.
pub(crate) struct Corpus {
    /// Its name.
    pub name: String,
    /// Its texts.
    pub items: Vec<Item>,
    /// What is asked.
    pub questions: Vec<Question>,
    places: HashMap<String, usize>,
}

/// One text.
pub(crate) struct Item {
    /// Its name within the corpus.
    pub key: String,
    /// Who said it.
    pub speaker: Option<String>,
    /// What was said.
    pub content: String,
    /// The body that `POST /remember` takes.
    pub body: Value,
}

/// One question.
pub(crate) struct Question {
    /// Its place among the corpus's questions as they were published, from 0.
    pub number: usize,
    /// What kind it is.
    pub category: Option<String>,
    /// Whether nothing in the corpus answers it, whatever `gold` says it is near to.
    pub adversarial: bool,
    /// Places of the texts that answer, each once.
    pub gold: Vec<usize>,
    /// What is asked.
    pub query: String,
    /// The body that `POST /recall` takes, without `k`, `namespace` and `explain`.
    pub body: Value,
}

impl Corpus {
    /// An empty corpus; its name will be part of a namespace's.
    pub(crate) fn try_new(name: &str) -> Result<Self> {
        if let Err(reason) = Namespace::try_new(name) {
            bail!("the name of a corpus {reason}");
        }
        Ok(Self { name: name.into(), items: Vec::new(), questions: Vec::new(), places: HashMap::new() })
    }

    /// Adds a text; its name must be new.
    pub(crate) fn add(&mut self, item: Item) -> Result<()> {
        let before = self.places.insert(item.key.clone(), self.items.len());
        ensure!(before.is_none(), "`{}` is there twice in `{}`", item.key, self.name);
        self.items.push(item);
        Ok(())
    }

    /// Where the text of that name is.
    pub(crate) fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }
}

impl Item {
    /// A text from the body that `POST /remember` takes; the error says what is wrong with it.
    pub(crate) fn try_new(key: String, body: Value) -> Result<Self> {
        let text = |field: &Value| field.as_str().map(ToString::to_string);
        let Some(content) = text(&body["content"]).filter(|content| !content.is_empty()) else {
            bail!("a memory has no text `content`");
        };
        let speaker = text(&body["speaker"]).or_else(|| text(&body["metadata"]["speaker"]));
        Ok(Self { key, speaker, content, body })
    }

    /// The text as a plain search engine would be given it: the speaker in front.
    pub(crate) fn spoken(&self) -> String {
        match &self.speaker {
            Some(speaker) => format!("{speaker}: {}", self.content),
            None => self.content.clone(),
        }
    }
}

/// All questions of all corpora, each with its corpus's place, in the order of the files.
pub(crate) fn questions(corpora: &[Corpus]) -> Vec<(usize, &Question)> {
    let mut all = Vec::new();
    for (place, corpus) in corpora.iter().enumerate() {
        all.extend(corpus.questions.iter().map(|question| (place, question)));
    }
    all
}
