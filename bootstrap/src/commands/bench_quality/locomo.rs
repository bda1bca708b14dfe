//! LoCoMo: the texts are the turns of a conversation, gold are the turns that the publishers name as evidence.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::corpus::{Corpus, Item, Question};
use crate::import::locomo;

/// LoCoMo's kinds of question, by their numbers.
const CATEGORIES: [&str; 5] = ["1 multi-hop", "2 temporal", "3 open-domain", "4 single-hop", "5 adversarial"];
/// The kind about what nobody said, or what the other one said.
const ADVERSARIAL: usize = 5;

/// Adds the conversations of a document; a question whose evidence resolves to no turn is left out.
pub(super) fn add(whole: &Value, corpora: &mut Vec<Corpus>) -> Result<()> {
    let begin = corpora.len();
    for memory in locomo::memories(whole)? {
        let name = memory["namespace"].as_str().context("a conversation has no name")?.to_string();
        if corpora[begin..].last().is_none_or(|corpus| corpus.name != name) {
            ensure!(corpora.iter().all(|corpus| corpus.name != name), "the conversation `{name}` is there twice");
            corpora.push(Corpus::try_new(&name)?);
        }
        let key = memory["metadata"]["dia_id"].as_str().context("a turn has no `dia_id`")?.to_string();
        corpora.last_mut().context("a conversation was just added")?.add(Item::try_new(key, memory)?)?;
    }
    for sample in locomo::samples(whole) {
        let name = sample["sample_id"].as_str().unwrap_or_default();
        let Some(corpus) = corpora.iter_mut().find(|corpus| corpus.name == name) else { continue };
        for (number, asked) in sample["qa"].as_array().into_iter().flatten().enumerate() {
            let question = question(corpus, number, asked).with_context(|| format!("question {number} of {name}"))?;
            if !question.gold.is_empty() {
                corpus.questions.push(question);
            }
        }
    }
    Ok(())
}

fn question(corpus: &Corpus, number: usize, asked: &Value) -> Result<Question> {
    let query = asked["question"].as_str().context("has no `question`")?.to_string();
    let category = asked["category"].as_u64().and_then(|number| usize::try_from(number).ok());
    let category = category.filter(|number| (1..=CATEGORIES.len()).contains(number)).context("has no `category`")?;
    let mut gold = Vec::new();
    for evidence in asked["evidence"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        for place in turns(evidence).iter().filter_map(|turn| corpus.place(turn)) {
            if !gold.contains(&place) {
                gold.push(place);
            }
        }
    }
    Ok(Question {
        number,
        category: Some(CATEGORIES[category - 1].into()),
        adversarial: category == ADVERSARIAL,
        gold,
        body: json!({"query": query}),
        query,
    })
}

/// The turns that an evidence names, also where several stand in one text or a colon is too much:
/// `D8:6; D9:17`, `D:11:26`.
fn turns(evidence: &str) -> Vec<String> {
    let part = |text: &str| {
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u32>().ok());
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(session), Some(turn), None) => Some(format!("D{session}:{turn}")),
            _ => None,
        }
    };
    evidence.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',')).filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::turns;

    #[test]
    fn malformed_evidence_is_read_as_it_was_meant() {
        assert_eq!(turns("D1:3"), ["D1:3"]);
        assert_eq!(turns("D8:6; D9:17"), ["D8:6", "D9:17"]);
        assert_eq!(turns("D9:1 D4:4 D4:6"), ["D9:1", "D4:4", "D4:6"]);
        assert_eq!(turns("D:11:26"), ["D11:26"]);
        assert_eq!(turns("D30:05"), ["D30:5"]);
        assert!(turns("D").is_empty() && turns("").is_empty());
    }
}
