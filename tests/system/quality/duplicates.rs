//! Texts among near neighbours and 5,000 others, asked for by themselves, written otherwise, misspelt and in other words.

use std::fs;

use serde_json::{Value, json};

use super::filler::sentences;
use super::purpose::{asked, set};
use super::variants::{Variant, itself, one_typo, other_case, other_marks, other_order};
use crate::server::place;

/// Texts in the namespace that nobody asks for.
const OTHERS: usize = 5_000;

/// Ways of asking for a stored text, and the least share of them whose first answer is that text.
const WAYS: [(&str, Variant, f64); 5] = [
    ("itself", itself, 1.0),
    ("other case", other_case, 0.98),
    ("other marks", other_marks, 0.98),
    ("other order", other_order, 0.98),
    ("one typo", one_typo, 0.95),
];

/// The written lines, the other texts, and every written text asked for in every way.
fn corpus() -> String {
    let written: Vec<Value> = set("duplicates").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut lines = written.clone();
    for (number, text) in sentences(OTHERS).into_iter().enumerate() {
        lines.push(json!({"corpus": "duplicates", "id": format!("other {number}"), "content": text}));
    }
    let texts = written.iter().filter_map(|line| Some((line["id"].as_str()?, line["content"].as_str()?)));
    for (number, (id, text)) in texts.enumerate() {
        let ways = WAYS.iter().filter_map(|(way, variant, _)| Some((way, variant(text, number)?)));
        lines.extend(
            ways.map(|(way, query)| json!({"corpus": "duplicates", "query": query, "gold": [id], "category": way})),
        );
    }
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_stored_text_is_first_however_it_is_written_among_near_neighbours_and_five_thousand_others() {
    let folder = place();
    let file = folder.path().join("duplicates.jsonl");
    fs::write(&file, corpus()).expect("it can be written");
    let found = asked(&file);
    for (way, _, least) in WAYS {
        let (first, questions) = (found.measure(way, "recall_at_1"), found.questions(way));
        assert!(first >= least && questions >= 500, "{way}: {first} of {questions}");
    }
    let [first, ten] = ["recall_at_1", "recall_at_10"].map(|measure| found.measure("paraphrase", measure));
    assert!(first >= 0.98 && ten >= 0.99, "in other words: {first}, among ten: {ten}");
}
