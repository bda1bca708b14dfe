//! The shapes of the endpoint, and what they become.

use domain::encoding::{EncoderId, Encoding, InvalidEncoding};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, InvalidAnswer};

/// A request.
#[derive(Serialize)]
pub(crate) struct Asked<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(model: &'a str, input: &'a [String], dimensions: Option<usize>) -> Self {
        Self { model, input, encoding_format: "float", dimensions }
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    /// The text that it is for; without it the place in the list counts.
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// The vectors of an answer in the order of the texts, one for each.
pub(crate) fn vectors(bytes: &[u8], texts: usize) -> Result<Vec<Vec<f32>>, Error> {
    let answer: Answer = serde_json::from_slice(bytes).map_err(|error| InvalidAnswer::Json(place(&error)))?;
    let found = answer.data.len();
    if found != texts {
        return Err(InvalidAnswer::Count { found, texts }.into());
    }
    let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts];
    for (place, item) in answer.data.into_iter().enumerate() {
        let index = item.index.unwrap_or(place);
        match vectors.get_mut(index) {
            Some(vector @ None) => *vector = Some(item.embedding),
            _ => return Err(InvalidAnswer::Index(index).into()),
        }
    }
    Ok(vectors.into_iter().flatten().collect())
}

/// Where an answer is wrong, without the answer itself.
fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

/// A vector as an encoding; `None` where it has no direction.
pub(crate) fn encoding(id: &EncoderId, dimensions: usize, vector: &[f32]) -> Result<Option<Encoding>, Error> {
    if vector.len() != dimensions {
        return Err(InvalidAnswer::Dimensions { found: vector.len(), expected: dimensions }.into());
    }
    match Encoding::from_vector(id.clone(), vector) {
        Ok(encoding) => Ok(Some(encoding)),
        Err(InvalidEncoding::NoDirection) => Ok(None),
        Err(error) => Err(InvalidAnswer::Vector(error).into()),
    }
}

/// Most characters of the endpoint's own words.
const WORDS: usize = 300;
/// So many characters in common with a text or the key are no accident.
const IN_COMMON: usize = 12;

/// What the endpoint says about a refusal: type, code and message. A message that repeats a text or the key is withheld.
pub(crate) fn said(bytes: &[u8], texts: &[String], key: Option<&str>) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return "nothing that can be read".to_owned() };
    let error = body.get("error").unwrap_or(&body);
    let field = |name: &str| error.get(name).and_then(Value::as_str);
    let names = [field("type").or(field("error_type")), field("code")];
    let mut said: Vec<String> = names.into_iter().flatten().filter(|name| is_name(name)).map(str::to_owned).collect();
    let message = field("message").or_else(|| body.get("error").and_then(Value::as_str)).or(field("detail"));
    if let Some(message) = message {
        let message: String = message.chars().filter(|c| !c.is_control()).take(WORDS).collect();
        let secrets = texts.iter().map(String::as_str).chain(key);
        let repeats = secrets.into_iter().any(|secret| repeats(&message, secret));
        said.push(if repeats { "a message that repeats what was sent".to_owned() } else { message });
    }
    said.dedup();
    if said.is_empty() { "no reason".to_owned() } else { said.join(": ") }
}

/// A word of the endpoint's own, not one of a caller.
fn is_name(text: &str) -> bool {
    text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Whether a message holds a secret, or a piece of it.
fn repeats(message: &str, secret: &str) -> bool {
    let secret = secret.trim();
    if secret.chars().count() <= IN_COMMON {
        return message.contains(secret);
    }
    let starts: Vec<usize> = message.char_indices().map(|(at, _)| at).chain([message.len()]).collect();
    starts.windows(IN_COMMON + 1).any(|piece| secret.contains(&message[piece[0]..piece[IN_COMMON]]))
}
