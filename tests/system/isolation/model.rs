//! What a tenant has, as simply as it can be said.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What is compared of a memory.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    pub(crate) content: String,
    pub(crate) namespace: String,
    pub(crate) user: String,
    pub(crate) session: String,
    pub(crate) importance: f64,
}

impl Kept {
    /// A memory of an answer, by its id.
    pub(crate) fn of(memory: &Value) -> (String, Self) {
        let text = |name: &str| memory[name].as_str().unwrap_or_default().to_owned();
        let kept = Self {
            content: text("content"),
            namespace: text("namespace"),
            user: text("user_id"),
            session: text("session_id"),
            importance: memory["importance"].as_f64().unwrap_or(f64::NAN),
        };
        (text("id"), kept)
    }
}

/// One tenant's.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// By id.
    pub(crate) memories: BTreeMap<String, Kept>,
    pub(crate) erased: BTreeSet<String>,
    /// Idempotency keys with the body that they came with and the ids of the answer.
    pub(crate) keys: BTreeMap<String, (String, Vec<String>)>,
    /// How many were ever stored in each namespace.
    pub(crate) stored: BTreeMap<String, u64>,
}

impl Model {
    /// What storing a memory comes to: the id, where it is known beforehand, and the status.
    pub(crate) fn stored(&self, id: Option<&str>, wanted: &Kept) -> (Option<String>, u16) {
        let Some(id) = id else {
            // Said before: its id is the answer. The importance is none of what makes two the same.
            let same = |kept: &Kept| Kept { importance: wanted.importance, ..kept.clone() } == *wanted;
            let first = self.memories.iter().find(|(_, kept)| same(kept)).map(|(id, _)| id.clone());
            let status = if first.is_some() { 200 } else { 201 };
            return (first, status);
        };
        let status = match self.memories.get(id) {
            _ if self.erased.contains(id) => 409,
            Some(kept) if kept.content == wanted.content => 200,
            Some(_) => 409,
            None => 201,
        };
        (Some(id.to_owned()), status)
    }

    /// Erases what is meant; how many those were.
    pub(crate) fn erase(&mut self, is_meant: impl Fn(&str, &Kept) -> bool) -> usize {
        let meant: Vec<String> =
            self.memories.iter().filter(|(id, kept)| is_meant(id, kept)).map(|(id, _)| id.clone()).collect();
        for id in &meant {
            self.memories.remove(id);
            self.erased.insert(id.clone());
        }
        meant.len()
    }

    /// How many memories each namespace has.
    pub(crate) fn namespaces(&self) -> BTreeMap<String, u64> {
        self.memories.values().fold(BTreeMap::new(), |mut counted, kept| {
            *counted.entry(kept.namespace.clone()).or_default() += 1;
            counted
        })
    }
}
