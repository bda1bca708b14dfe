//! Errors as clients see them: RFC 9457 problem documents. The only file that knows status codes of errors.

use std::error::Error as StdError;
use std::fmt::{self, Write};

use application::ports::error::{PortError, PortErrorKind};
use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

use crate::wire::InvalidWire;

/// What kind of problem it is; each has one status and one title, which says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProblemKind {
    BadRequest,
    Unauthenticated,
    NotFound,
    MethodNotAllowed,
    Conflict,
    TooLarge,
    Invalid,
    Internal,
    Unavailable,
    Full,
}

impl ProblemKind {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "bad-request", "Send the request again, whole"),
            Self::Unauthenticated => {
                (StatusCode::UNAUTHORIZED, "unauthenticated", "Send the token of the service's settings")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "Ask for a path of /openapi.json"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Use a method of /openapi.json")
            }
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "Read again, then decide"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Send fewer entries at once"),
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Correct the document"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "See the log of the memory service"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again later"),
            Self::Full => (StatusCode::INSUFFICIENT_STORAGE, "full", "Make room where memories are kept"),
        }
    }
}

/// Something that went wrong, as `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Object)]
#[oai(rename = "Problem")]
struct ProblemBody {
    /// What kind of problem it is, as a URN.
    #[oai(rename = "type")]
    kind: String,
    /// What to do about it.
    title: String,
    /// The status code of the answer.
    status: u16,
    /// What happened this time.
    detail: String,
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    kind: ProblemKind,
    detail: String,
    cause: Option<String>,
}

impl Problem {
    /// A problem with its detail for the client.
    pub(super) fn new(kind: ProblemKind, detail: impl fmt::Display) -> Self {
        Self { kind, detail: detail.to_string(), cause: None }
    }

    /// A mistake of ours, with its cause for the log.
    pub(super) fn internal(cause: &str) -> Self {
        Self { cause: Some(cause.to_owned()), ..Self::new(ProblemKind::Internal, "something went wrong here") }
    }

    /// What the framework says of a request that reached no handler.
    pub(super) fn from_framework(error: &poem::Error) -> Self {
        match error.status() {
            StatusCode::NOT_FOUND => Self::new(ProblemKind::NotFound, "there is nothing at this path"),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(ProblemKind::MethodNotAllowed, "not for this method"),
            status if status.is_client_error() => Self::new(ProblemKind::BadRequest, "the request is malformed"),
            _ => Self::internal(&error.to_string()),
        }
    }

    /// What only the log may know.
    pub(super) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl StdError for Problem {}

impl From<InvalidWire> for Problem {
    fn from(invalid: InvalidWire) -> Self {
        Self::new(ProblemKind::Invalid, invalid)
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        let mut problem = match error.kind {
            PortErrorKind::Unavailable => Self::new(ProblemKind::Unavailable, "the engine does not answer"),
            PortErrorKind::Conflict => Self::new(ProblemKind::Conflict, "somebody else was there first"),
            PortErrorKind::Full => Self::new(ProblemKind::Full, "no space is left where memories are kept"),
            PortErrorKind::Corrupt | PortErrorKind::Internal => Self::internal(""),
        };
        problem.cause = Some(chain(&error));
        problem
    }
}

fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        write!(text, ": {source}").expect("a String takes every text");
        cause = source.source();
    }
    text
}

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
        let (status, name, title) = self.kind.parts();
        let body = ProblemBody {
            kind: format!("urn:somabrain:problem:{name}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.detail,
        };
        let response = Response::builder().status(status).content_type("application/problem+json");
        let mut response = response.body(body.to_json_string());
        let (name, value) = match self.kind {
            ProblemKind::Unauthenticated => (header::WWW_AUTHENTICATE, "Bearer realm=\"memory-service\""),
            ProblemKind::Unavailable => (header::RETRY_AFTER, "1"),
            _ => return response,
        };
        response.headers_mut().insert(name, HeaderValue::from_static(value));
        response
    }
}

impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let content = MetaMediaType { content_type: "application/problem+json", schema: ProblemBody::schema_ref() };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Not done: 401 no or another token, 413 too large, 422 not of this wire, 503 try again \
                              later, 507 disk full.",
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
