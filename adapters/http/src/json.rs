//! Bodies: JSON in, whatever the `Content-Type` says, and JSON out.
//!
//! Bad syntax is 400; a body that is JSON but not of the right shape is 422 and names the field. Objects must be
//! objects (serde would take a list for a struct), numbers must be numbers, and nothing may follow the document.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use poem::{IntoResponse, Request, RequestBody, Response, Result};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use sha2::{Digest, Sha256};

use crate::front::limits::{BodyLimit, body_too_large};
use crate::object::Strict;
use crate::problem::{Problem, ProblemKind};

/// A JSON document: the value, and for what came in the bytes that it was read from.
#[derive(Debug, Clone)]
pub struct Json<T> {
    /// The value.
    pub value: T,
    bytes: Bytes,
}

impl<T> Json<T> {
    /// A document to send.
    pub fn new(value: T) -> Self {
        Self { value, bytes: Bytes::new() }
    }

    /// A digest of the bytes that came in.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

impl<T: Type> Payload for Json<T> {
    const CONTENT_TYPE: &'static str = "application/json";

    fn check_content_type(_content_type: &str) -> bool {
        true
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: Type + DeserializeOwned> ParsePayload for Json<T> {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let limit = *request.data::<BodyLimit>().expect("the front sets the limit of every body");
        let bytes = read(body, limit.0).await?;
        let value = parse(&bytes)?;
        Ok(Self { value, bytes })
    }
}

impl<'a, T: Type + DeserializeOwned> ApiExtractor<'a> for Json<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = MetaMediaType { content_type: Self::CONTENT_TYPE, schema: T::schema_ref() };
        Some(MetaRequest { description: None, content: vec![content], required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        <Self as ParsePayload>::from_request(request, body).await
    }
}

impl<T: Serialize + Send> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.value) {
            Ok(bytes) => Response::builder().content_type("application/json").body(bytes),
            Err(error) => Problem::internal(&error.to_string()).into_response(),
        }
    }
}

/// Reads a body of at most `limit` bytes, however it is framed.
async fn read(body: &mut RequestBody, limit: usize) -> Result<Bytes, Problem> {
    let cut = |_| Problem::new(ProblemKind::BadRequest, "the body ended before it was whole");
    let body = body.take().map_err(|error| Problem::internal(&error.to_string()))?;
    let mut parts = body.into_bytes_stream();
    let mut read = BytesMut::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(cut)?;
        if read.len() + part.len() > limit {
            return Err(body_too_large(limit));
        }
        read.extend_from_slice(&part);
    }
    Ok(read.freeze())
}

/// Reads a document.
///
/// # Errors
/// 400 for what is not JSON; 422, naming the field, for what has not the shape of `T`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let malformed = |detail: &dyn std::fmt::Display| Problem::new(ProblemKind::MalformedBody, detail);
    let text = std::str::from_utf8(bytes).map_err(|error| malformed(&error))?;
    if text.trim_ascii().is_empty() {
        return Err(malformed(&"the body is empty: a JSON object is expected"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Strict(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        // A wrong shape is told only of what is JSON to its end.
        serde_json::from_str::<IgnoredAny>(text).map_or_else(|syntax| malformed(&syntax), |_| shape_or_syntax(error))
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn shape_or_syntax(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    let error = error.into_inner();
    if !error.is_data() {
        return Problem::new(ProblemKind::MalformedBody, error);
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    Problem::field(&place(&path, message), message)
}

/// Where the error is: serde says the object that misses a field, the message says which.
fn place(path: &str, message: &str) -> String {
    let path = if path == "." { "" } else { path };
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split_once('`'))
        .map(|(name, _)| name);
    match named {
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) if path != name && !path.ends_with(&format!(".{name}")) => format!("{path}.{name}"),
        _ if path.is_empty() => "body".to_owned(),
        _ => path.to_owned(),
    }
}
