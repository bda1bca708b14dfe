//! Header parameters that are more than text: `Idempotency-Key` and `If-Match`; and what `Accept` names.

use domain::tenant::Label;
use poem::http::{HeaderMap, header};
use poem::{Request, RequestBody, Result};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::problem::{Problem, ProblemKind};

/// The caller's key against doing the same twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdempotencyKey(pub Option<Label>);

/// The version that the caller has seen; `None`: any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IfMatch(pub Option<u32>);

/// Whether `Accept` names a media type. Weights are not compared: who names it wants it.
pub(crate) fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|one| one.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind))
}

macro_rules! header_parameter {
    ($name:ident, $read:path, $schema:expr) => {
        impl<'a> ApiExtractor<'a> for $name {
            const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
            type ParamType = String;
            type ParamRawType = String;

            fn param_in() -> Option<MetaParamIn> {
                Some(MetaParamIn::Header)
            }

            fn param_schema_ref() -> Option<MetaSchemaRef> {
                Some(MetaSchemaRef::Inline(Box::new($schema)))
            }

            async fn from_request(
                request: &'a Request,
                _body: &mut RequestBody,
                options: ExtractParamOptions<Self::ParamType>,
            ) -> Result<Self> {
                Ok(Self($read(request.headers(), options.name)?))
            }
        }
    };
}

header_parameter!(
    IdempotencyKey,
    key_in,
    MetaSchema { min_length: Some(1), max_length: Some(255), ..MetaSchema::new("string") }
);
header_parameter!(IfMatch, version_in, MetaSchema { example: Some("\"1\"".into()), ..MetaSchema::new("string") });

fn key_in(headers: &HeaderMap, name: &str) -> Result<Option<Label>, Problem> {
    let wrong = || Problem::field(name, "must be given once, with 1 to 255 visible ASCII characters");
    let mut keys = headers.get_all(name).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let text = key.to_str().ok().filter(|text| {
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) && keys.next().is_none()
    });
    let key = Label::try_new(text.ok_or_else(wrong)?).map_err(|_| wrong())?;
    Ok(Some(key))
}

fn version_in(headers: &HeaderMap, name: &str) -> Result<Option<u32>, Problem> {
    let Some(tag) = headers.get(name) else { return Ok(None) };
    let tag = tag.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return Ok(None);
    }
    let version = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).and_then(|text| text.parse().ok());
    let other = || Problem::new(ProblemKind::Changed, format_args!("{name} names no version of the memory"));
    version.map(Some).ok_or_else(other)
}
