//! The LoCoMo benchmark's conversations: a namespace a conversation, a session a session, a memory a turn.

use anyhow::{Context, Result, ensure};
use domain::text::dates::{SaidDate, dates};
use serde_json::{Value, json};

/// Whether a document looks like a list of LoCoMo samples.
pub(crate) fn recognises(whole: &Value) -> bool {
    samples(whole).first().is_some_and(|sample| sample.get("conversation").is_some_and(Value::is_object))
}

/// The turns of all conversations as memories, in their order.
pub(crate) fn memories(whole: &Value) -> Result<Vec<Value>> {
    let mut memories = Vec::new();
    for sample in samples(whole) {
        let name = sample.get("sample_id").and_then(Value::as_str).context("a sample has no `sample_id`")?;
        let conversation = sample.get("conversation").context("a sample has no `conversation`")?;
        for number in 1.. {
            let session = format!("session_{number}");
            let time = conversation.get(format!("{session}_date_time")).and_then(Value::as_str);
            let Some(turns) = conversation.get(&session).and_then(Value::as_array) else {
                // A date without turns is a session that the publishers left out; the first gap in dates is the end.
                if time.is_none() {
                    break;
                }
                continue;
            };
            let occurred = time.map(rfc3339).transpose()?;
            for turn in turns {
                memories.push(memory(name, &session, occurred.as_deref(), turn)?);
            }
        }
    }
    ensure!(!memories.is_empty(), "there is no turn in any conversation");
    Ok(memories)
}

/// The samples of a document.
pub(crate) fn samples(whole: &Value) -> &[Value] {
    match whole {
        Value::Array(list) => list,
        other => std::slice::from_ref(other),
    }
}

/// The caption of a picture stands in brackets behind what was said.
fn memory(namespace: &str, session: &str, occurred: Option<&str>, turn: &Value) -> Result<Value> {
    let text = turn.get("text").and_then(Value::as_str).context("a turn has no `text`")?;
    let content = match turn.get("blip_caption").and_then(Value::as_str) {
        Some(caption) => format!("{text} [{caption}]"),
        None => text.to_string(),
    };
    let mut memory = json!({
        "content": content, "namespace": namespace, "session_id": session, "source": "import",
        "metadata": {"dia_id": turn.get("dia_id")},
    });
    if let Some(speaker) = turn.get("speaker").and_then(Value::as_str) {
        memory["speaker"] = speaker.into();
    }
    if let Some(occurred) = occurred {
        memory["occurred_at"] = occurred.into();
    }
    Ok(memory)
}

/// `1:56 pm on 8 May, 2023` as RFC 3339.
fn rfc3339(text: &str) -> Result<String> {
    parse(text).with_context(|| format!("`{text}` is not a time such as `1:56 pm on 8 May, 2023`"))
}

fn parse(text: &str) -> Option<String> {
    let (clock, date) = text.trim().split_once(" on ")?;
    let (time, half) = clock.trim().split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    let hour: u32 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let minute: u32 = minute.parse().ok().filter(|minute| *minute < 60)?;
    let hour = hour % 12 + if half.eq_ignore_ascii_case("pm") { 12 } else { 0 };
    let [SaidDate::Day { year: Some(year), month, day }] = dates(date)[..] else { return None };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z"))
}
