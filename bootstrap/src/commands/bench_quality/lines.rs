//! JSON lines: a line is a memory of a corpus or a question about it.
//!
//! A memory is `{"corpus", "id", "content", …}` with any other field of `POST /remember` but `namespace`; `id` is any
//! text that is new in the corpus and is sent along only if it is a UUID. A question is
//! `{"corpus", "query", "gold": [ids], …}` with any other field of `POST /recall` but `namespace`, `k` and `explain`,
//! `"category"` (a text: the kind of question that it is reported under) and `"adversarial"` (true: nothing answers it;
//! it is reported apart, and then `gold` may be empty). A question stands anywhere; its gold may come later.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::corpus::{Corpus, Item, Question};

type Object = Map<String, Value>;

/// Adds what the lines hold; the error names the line.
pub(super) fn add(text: &str, corpora: &mut Vec<Corpus>) -> Result<()> {
    let mut asked = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        take(line, number, corpora, &mut asked).with_context(|| format!("line {number}"))?;
    }
    for (number, place, object) in asked {
        ask(object, &mut corpora[place]).with_context(|| format!("line {number}"))?;
    }
    Ok(())
}

/// Puts a memory into its corpus, and a question where it waits until all memories are known.
fn take(line: &str, number: usize, corpora: &mut Vec<Corpus>, asked: &mut Vec<(usize, usize, Object)>) -> Result<()> {
    let Ok(Value::Object(mut object)) = serde_json::from_str(line) else { bail!("is no JSON object") };
    let Some(Value::String(name)) = object.remove("corpus") else { bail!("has no text `corpus`") };
    let place = match corpora.iter().position(|corpus| corpus.name == name) {
        Some(place) => place,
        None => {
            corpora.push(Corpus::try_new(&name)?);
            corpora.len() - 1
        }
    };
    no_field(&object, "namespace", "the corpus is the namespace")?;
    match (object.contains_key("content"), object.contains_key("query")) {
        (true, false) => corpora[place].add(memory(object)?),
        (false, true) => {
            asked.push((number, place, object));
            Ok(())
        }
        _ => bail!("must have either `content` (a memory) or `query` (a question)"),
    }
}

fn memory(mut object: Object) -> Result<Item> {
    let Some(Value::String(key)) = object.remove("id") else { bail!("a memory has no text `id`") };
    if Uuid::parse_str(&key).is_ok() {
        object.insert("id".into(), key.clone().into());
    }
    Item::try_new(key, Value::Object(object))
}

fn ask(mut object: Object, corpus: &mut Corpus) -> Result<()> {
    no_field(&object, "k", "it is chosen by the command")?;
    no_field(&object, "explain", "it is chosen by the command")?;
    let Some(query) = object.get("query").and_then(Value::as_str).map(ToString::to_string) else {
        bail!("`query` is no text");
    };
    let category = match object.remove("category") {
        None => None,
        Some(Value::String(category)) => Some(category),
        Some(_) => bail!("`category` is no text"),
    };
    let adversarial = match object.remove("adversarial") {
        None => false,
        Some(Value::Bool(adversarial)) => adversarial,
        Some(_) => bail!("`adversarial` is neither true nor false"),
    };
    let gold = gold(object.remove("gold"), corpus)?;
    ensure!(adversarial || !gold.is_empty(), "`gold` is empty: such a question must be `adversarial`");
    let number = corpus.questions.len();
    corpus.questions.push(Question { number, category, adversarial, gold, query, body: Value::Object(object) });
    Ok(())
}

fn gold(given: Option<Value>, corpus: &Corpus) -> Result<Vec<usize>> {
    let Some(Value::Array(keys)) = given else { bail!("a question has no list `gold`") };
    let mut gold = Vec::new();
    for key in &keys {
        let key = key.as_str().context("`gold` holds what is no text")?;
        let place = corpus.place(key);
        let place = place.with_context(|| format!("`gold` names `{key}`, which is no memory of `{}`", corpus.name))?;
        if !gold.contains(&place) {
            gold.push(place);
        }
    }
    Ok(gold)
}

fn no_field(object: &Object, field: &str, why: &str) -> Result<()> {
    ensure!(!object.contains_key(field), "must not have `{field}`: {why}");
    Ok(())
}
