//! Errors as callers see them: RFC 9457 problem documents. The only file that knows status codes of errors.
//!
//! What a caller reads says what to change, and nothing about the inside; the cause goes to the log, once.

mod refusal;
mod remember;

use std::error::Error as StdError;
use std::fmt::{self, Write};

use application::Forbidden;
use application::ports::authenticator::Rejection;
use application::ports::error::{PortError, PortErrorKind};
use application::ports::ledger::Refusal;
use application::use_cases::audit::AuditError;
use application::use_cases::change::ChangeError;
use application::use_cases::erase::EraseError;
use application::use_cases::maintenance::MaintenanceError;
use application::use_cases::plan::PlanError;
use application::use_cases::read::ReadError;
use application::use_cases::recall::RecallError;
use application::use_cases::sessions::SessionError;
use domain::memory::Memory;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::error::{ParseParamError, ParsePathError};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};
use serde::Serialize;

use crate::maintenance::refused;

/// Most characters of a text in a problem: what a caller sent is not sent back in full.
const LONGEST: usize = 300;

/// What kind of problem it is; each has one status and one title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The request is not HTTP as we speak it.
    BadRequest,
    /// The body is not JSON.
    MalformedBody,
    /// A field or parameter is missing, unknown or not valid.
    InvalidField,
    /// The body has too many bytes.
    TooLarge,
    /// The request's head has too many bytes.
    HeadTooLarge,
    /// No token that is accepted.
    Unauthenticated,
    /// Not permitted.
    Forbidden,
    /// A Host or Origin that is not this machine.
    Misdirected,
    /// Nothing there.
    NotFound,
    /// There, but not for this method.
    MethodNotAllowed,
    /// It took too long.
    Timeout,
    /// Not as things stand.
    Conflict,
    /// Another version than the caller has seen.
    Changed,
    /// Over the rate.
    TooManyRequests,
    /// More than the tenant may hold.
    OverQuota,
    /// A mistake of ours.
    Internal,
    /// Something that is needed cannot be reached.
    Unavailable,
    /// Writes are refused for maintenance.
    Maintenance,
    /// No room is left on disk.
    Full,
}

impl ProblemKind {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "bad-request", "The request is malformed"),
            Self::MalformedBody => (StatusCode::BAD_REQUEST, "malformed-body", "The body is not JSON"),
            Self::InvalidField => (StatusCode::UNPROCESSABLE_ENTITY, "invalid-field", "A field is not valid"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Self::HeadTooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "head-too-large", "The headers are too large")
            }
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "A valid bearer token is needed"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Not permitted"),
            Self::Misdirected => (StatusCode::FORBIDDEN, "misdirected", "This service answers its own machine only"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed"),
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "timeout", "The request took too long"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "In conflict with what is there"),
            Self::Changed => (StatusCode::PRECONDITION_FAILED, "changed", "Changed since it was read"),
            Self::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests"),
            Self::OverQuota => (StatusCode::FORBIDDEN, "over-quota", "Over the quota"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Unavailable for now"),
            Self::Maintenance => (StatusCode::SERVICE_UNAVAILABLE, "maintenance", "Under maintenance"),
            Self::Full => (StatusCode::INSUFFICIENT_STORAGE, "full", "No space left"),
        }
    }
}

/// A field or parameter that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Object)]
pub struct FieldError {
    /// Its place, such as `importance` or `memories[3].content`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// Something that went wrong, as `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Problem")]
pub struct ProblemBody {
    /// What kind of problem it is, as a URN.
    #[serde(rename = "type")]
    #[oai(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The status code of the answer.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The request's id, as in the header `x-request-id` and in the log.
    pub request_id: String,
    /// The fields that are not valid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[oai(skip_serializing_if_is_empty, default)]
    pub errors: Vec<FieldError>,
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

impl Problem {
    /// A problem with its detail for the caller.
    pub fn new(kind: ProblemKind, detail: impl fmt::Display) -> Self {
        Self { kind, detail: shortened(&detail.to_string()), errors: Vec::new(), headers: Vec::new(), cause: None }
    }

    /// A field that is not valid.
    pub fn field(field: &str, message: impl fmt::Display) -> Self {
        let (field, message) = (shortened(field), shortened(&message.to_string()));
        let mut problem = Self::new(ProblemKind::InvalidField, format_args!("{field} {message}"));
        problem.errors.push(FieldError { field, message });
        problem
    }

    /// Nothing stands at that path.
    pub fn no_such_path() -> Self {
        Self::new(ProblemKind::NotFound, "there is nothing at this path; see /docs")
    }

    /// A token that is not accepted, or that nobody can say of whether it is good.
    pub fn unauthenticated(rejection: Rejection) -> Self {
        let challenge = match rejection {
            Rejection::Keys => return Self::new(ProblemKind::Unavailable, rejection).retry_after(1),
            Rejection::Missing => "Bearer realm=\"somabrain\"",
            _ => "Bearer realm=\"somabrain\", error=\"invalid_token\"",
        };
        Self::new(ProblemKind::Unauthenticated, rejection)
            .with(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// The same with a header.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same with a time after which to try again, in seconds.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// What only the log may know.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The problem that an error of the framework stands for, on the route of that pattern.
    pub fn from_framework(error: poem::Error, pattern: &str) -> Self {
        if let Some(parse) = error.downcast_ref::<ParseParamError>() {
            return Self::field(parse.name, plain(&parse.reason));
        }
        if let Some(parse) = error.downcast_ref::<ParsePathError>() {
            return Self::field(path_parameter(parse.name, pattern), plain(&parse.reason));
        }
        let status = error.status();
        match status {
            StatusCode::NOT_FOUND => Self::no_such_path(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(ProblemKind::MethodNotAllowed, "not for this method"),
            _ if status.is_client_error() => Self::new(ProblemKind::BadRequest, error),
            _ => Self::internal(&error.to_string()),
        }
    }

    /// A mistake of ours, with its cause for the log.
    pub fn internal(cause: &str) -> Self {
        let mut problem =
            Self::new(ProblemKind::Internal, "something went wrong here; the request id finds it in the log");
        problem.cause = Some(cause.to_owned());
        problem
    }

    /// The answer to the request with this id.
    pub fn into_response_for(self, request_id: &str) -> Response {
        let (status, name, title) = self.kind.parts();
        let body = ProblemBody {
            kind: format!("urn:somabrain:problem:{name}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail,
            request_id: request_id.to_owned(),
            errors: self.errors,
        };
        let body = serde_json::to_vec(&body).expect("strings and numbers can always be written");
        let mut response = Response::builder().status(status).content_type("application/problem+json").body(body);
        response.headers_mut().extend(self.headers);
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl StdError for Problem {}

impl poem::error::ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.kind.parts().0
    }

    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.into_response_for("")
    }
}

impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let content = MetaMediaType { content_type: "application/problem+json", schema: ProblemBody::schema_ref() };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Not done: 400 malformed, 401 no valid token, 403 not permitted, 404 not found, 409 in \
                              conflict, 412 changed since read, 413 too large, 422 a field is not valid (named in \
                              `errors`), 429 over the rate, 503 try again later, 507 disk full.",
                status: None,
                status_range: None,
                content: vec![content],
                headers: Vec::new(),
            }],
        }
    }

    fn register(registry: &mut Registry) {
        ProblemBody::register(registry);
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        let mut problem = match error.kind {
            PortErrorKind::Unavailable => {
                Self::new(ProblemKind::Unavailable, "something that is needed cannot be reached").retry_after(1)
            }
            PortErrorKind::Conflict => Self::new(ProblemKind::Conflict, "somebody else was there first: try again"),
            PortErrorKind::Full => Self::new(ProblemKind::Full, "no space is left where memories are stored"),
            PortErrorKind::Corrupt | PortErrorKind::Internal => Self::internal(""),
        };
        problem.cause = Some(chain(&error));
        problem
    }
}

impl From<Forbidden> for Problem {
    fn from(forbidden: Forbidden) -> Self {
        match forbidden {
            Forbidden::Denied { reason } => Self::new(ProblemKind::Forbidden, reason),
            Forbidden::Maintenance(maintenance) => refused(maintenance),
            Forbidden::Unread(error) => error.into(),
            Forbidden::Policy(error) => {
                let mut problem = Self::new(ProblemKind::Unavailable, "the policy cannot be asked").retry_after(1);
                problem.cause = Some(chain(&error));
                problem
            }
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Forbidden(forbidden) => forbidden.into(),
            ReadError::Unknown(id) => Refusal::Unknown(id).into(),
            ReadError::Failed(error) => error.into(),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Forbidden(forbidden) => forbidden.into(),
            EraseError::Unknown(id) => Refusal::Unknown(id).into(),
            EraseError::Refused(refusal) => refusal.into(),
            EraseError::Failed(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Forbidden(forbidden) => forbidden.into(),
            ChangeError::TooManyTags => Self::field("tags", format_args!("has more than {} items", Memory::TAGS)),
            ChangeError::Refused(refusal) => refusal.into(),
            ChangeError::Failed(error) => error.into(),
        }
    }
}

macro_rules! forbidden_or_failed {
    ($($error:ident),*) => {$(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                match error {
                    $error::Forbidden(forbidden) => forbidden.into(),
                    $error::Failed(error) => error.into(),
                }
            }
        }
    )*};
}
forbidden_or_failed!(AuditError, RecallError, PlanError, SessionError, MaintenanceError);

/// An error and what caused it, for the log.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, ": {cause}").expect("a string takes everything");
        source = cause.source();
    }
    text
}

/// The framework calls the parameters of a path `param0`, `param1`, …; the pattern has their names.
fn path_parameter<'a>(name: &'a str, pattern: &'a str) -> &'a str {
    let nth = name.strip_prefix("param").and_then(|number| number.parse().ok());
    let mut names = pattern.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    nth.and_then(|nth| names.nth(nth)).unwrap_or(name)
}

/// The framework says `failed to parse "string_uuid": …`: only what follows is for callers.
fn plain(reason: &str) -> &str {
    match reason.strip_prefix("failed to parse \"").and_then(|rest| rest.split_once("\": ")) {
        Some((_, rest)) => rest,
        None => reason,
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
