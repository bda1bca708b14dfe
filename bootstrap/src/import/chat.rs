//! Conversations as chat assistants export them: messages with a role and a content, alone, in an object with
//! `messages`, or as a list of such objects.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

/// Whether a document looks like chat messages.
pub(super) fn recognises(whole: &Value) -> bool {
    conversations(whole).first().is_some_and(|one| one.messages.first().is_some_and(is_message))
}

pub(super) fn memories(whole: &Value, file: &str) -> Result<Vec<Value>> {
    let mut memories = Vec::new();
    for (number, conversation) in conversations(whole).into_iter().enumerate() {
        let session = conversation.title.unwrap_or_else(|| format!("{file}-{}", number + 1));
        for message in conversation.messages {
            if let Some(memory) = memory(message, &session) {
                memories.push(memory);
            }
        }
    }
    ensure!(!memories.is_empty(), "there is no message with a role and a content");
    Ok(memories)
}

struct Conversation<'a> {
    title: Option<String>,
    messages: &'a [Value],
}

fn conversations(whole: &Value) -> Vec<Conversation<'_>> {
    match whole {
        Value::Array(list) if list.first().is_some_and(is_message) => {
            vec![Conversation { title: None, messages: list }]
        }
        Value::Array(list) => list.iter().filter_map(conversation).collect(),
        other => conversation(other).into_iter().collect(),
    }
}

fn conversation(value: &Value) -> Option<Conversation<'_>> {
    let messages = ["messages", "chat_messages"].iter().find_map(|key| value.get(key)?.as_array())?;
    let title = ["id", "uuid", "title", "name"].iter().find_map(|key| value.get(key)?.as_str());
    Some(Conversation { title: title.map(Into::into), messages })
}

fn is_message(value: &Value) -> bool {
    role(value).is_some() && text(value).is_some()
}

fn role(message: &Value) -> Option<&str> {
    ["role", "sender"].iter().find_map(|key| message.get(key)?.as_str())
}

/// A content is a text, or a list of parts of which the texts count.
fn text(message: &Value) -> Option<String> {
    let content = message.get("content").or_else(|| message.get("text"))?;
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let texts: Vec<&str> =
                parts.iter().filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str())).collect();
            Some(texts.join("\n"))
        }
        _ => None,
    }
}

fn memory(message: &Value, session: &str) -> Option<Value> {
    let role = role(message)?;
    let content = text(message)?;
    if content.trim().is_empty() {
        return None;
    }
    let mut memory = json!({"content": content, "session_id": session, "source": "import"});
    memory["speaker"] = message.get("name").and_then(Value::as_str).unwrap_or(role).into();
    if let Some(time) = ["created_at", "timestamp"].iter().find_map(|key| message.get(key)?.as_str()) {
        memory["occurred_at"] = time.into();
    }
    Some(memory)
}
