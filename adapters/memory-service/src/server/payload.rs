//! Bodies: JSON by serde from bytes to values and back, without a tree in between, so that every number is exact.

use bytes::Bytes;
use poem::error::ReadBodyError;
use poem::http::header;
use poem::{IntoResponse, Request, RequestBody, Response, Result};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::{Problem, ProblemKind};
use crate::MOST_BYTES;
use crate::wire;

/// A JSON document.
pub(super) struct Json<T>(pub(super) T);

/// A document of the wire, as the OpenAPI document describes it.
pub(super) trait Described: Send {
    /// Its description.
    type Schema: Type;
}

impl<T: Described> Payload for Json<T> {
    const CONTENT_TYPE: &'static str = "application/json";

    fn check_content_type(_content_type: &str) -> bool {
        true
    }

    fn schema_ref() -> MetaSchemaRef {
        T::Schema::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::Schema::register(registry);
    }
}

impl<T: Described + DeserializeOwned> ParsePayload for Json<T> {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = bytes(request, body).await?;
        Ok(Self(wire::read(&bytes).map_err(Problem::from)?))
    }
}

impl<'a, T: Described + DeserializeOwned> ApiExtractor<'a> for Json<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::Schema::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = MetaMediaType { content_type: Self::CONTENT_TYPE, schema: T::Schema::schema_ref() };
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
        Response::builder().content_type("application/json").body(wire::write(&self.0))
    }
}

async fn bytes(request: &Request, body: &mut RequestBody) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(ProblemKind::TooLarge, format_args!("a body has at most {MOST_BYTES} bytes"));
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > MOST_BYTES as u64) {
        return Err(too_large());
    }
    let body = body.take().map_err(|error| Problem::internal(&error.to_string()))?;
    body.into_bytes_limit(MOST_BYTES).await.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => too_large(),
        _ => Problem::new(ProblemKind::BadRequest, "the body ended before it was whole"),
    })
}
