//! The data sets written for a purpose: each term finds what it is made for, and does not harm the other questions.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::commands::done;
use crate::server::{place, program};

/// The text of a data set.
pub(crate) fn set(name: &str) -> String {
    std::fs::read_to_string(path(name)).expect("the data set is there")
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/system/quality").join(format!("{name}.jsonl"))
}

/// What `bench quality` says about the questions of a file.
pub(crate) struct Report(Value);

/// Stores a file's texts and asks its questions.
pub(crate) fn asked(file: &Path) -> Report {
    let folder = place();
    let file = file.to_str().expect("a plain path");
    let arguments = ["bench", "quality", "--json", "--resamples", "100", "--data", file];
    Report(serde_json::from_str(&done(&program(), folder.path(), &arguments)).expect("JSON"))
}

impl Report {
    /// A measure of a category, 0 to 1.
    pub(crate) fn measure(&self, category: &str, measure: &str) -> f64 {
        self.row(category)[measure].as_f64().expect("a number")
    }

    /// How many questions a category has.
    pub(crate) fn questions(&self, category: &str) -> u64 {
        self.row(category)["questions"].as_u64().expect("a count")
    }

    fn row(&self, category: &str) -> &Value {
        let mut rows = self.0["systems"][0]["rows"].as_array().expect("rows").iter();
        rows.find(|row| row["name"] == category).unwrap_or_else(|| panic!("there is a category {category}"))
    }
}

/// Category, least recall@10, least nDCG@10.
type Least = (&'static str, f64, f64);

fn holds(name: &str, least: &[Least]) {
    let found = asked(&path(name));
    for (category, recall, ndcg) in least {
        let measured = ["recall_at_10", "ndcg_at_10"].map(|measure| found.measure(category, measure));
        assert!(measured[0] >= *recall && measured[1] >= *ndcg, "{name}, {category}: {measured:?}");
    }
}

#[test]
fn an_answer_that_shares_no_word_with_the_question_is_found_by_its_link() {
    holds("links", &[("linked answer", 0.76, 0.38), ("answer in words", 1.0, 0.99), ("no link needed", 1.0, 0.99)]);
}

#[test]
fn of_several_memories_the_latest_says_how_things_are_now() {
    holds("recency", &[("now", 0.98, 0.72), ("older", 1.0, 0.98), ("lasting", 1.0, 0.97)]);
}

#[test]
fn of_equal_facts_the_important_one_comes_first() {
    holds("importance", &[("important", 1.0, 0.97), ("little", 1.0, 0.99)]);
}

#[test]
fn a_day_that_a_memory_says_in_words_is_found_by_its_date() {
    holds("dates", &[("day", 1.0, 0.65), ("month", 1.0, 0.65), ("no date", 1.0, 0.99)]);
}

#[test]
fn what_the_session_has_in_mind_comes_first() {
    holds("session", &[("of this session", 1.0, 0.95), ("of another session", 1.0, 0.99)]);
}

#[test]
fn a_fact_inside_a_long_text_is_found_and_short_texts_still_are() {
    holds("long", &[("in a long one", 1.0, 0.87), ("in a short one", 1.0, 0.99)]);
}

#[test]
fn lines_of_logs_are_found_by_their_words_codes_paths_and_names() {
    let exact = ["words", "line", "code", "path", "identifier", "address", "version"];
    holds("logs", &exact.map(|category| (category, 1.0, 0.99)));
}
