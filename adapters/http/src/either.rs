//! An answer of one status in two media types: `Accept` decides. The macro would list the status twice.

use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};

/// One of two forms of the same answer, status 200.
pub(crate) enum Either<A, B> {
    /// The usual form.
    Usual(Box<A>),
    /// The form that `Accept` asks for.
    Other(B),
}

impl<A, B> Either<A, B> {
    /// The usual form.
    pub(crate) fn usual(answer: A) -> Self {
        Self::Usual(Box::new(answer))
    }
}

impl<A: Payload, B: Payload> ApiResponse for Either<A, B> {
    fn meta() -> MetaResponses {
        let content = vec![
            MetaMediaType { content_type: A::CONTENT_TYPE, schema: A::schema_ref() },
            MetaMediaType { content_type: B::CONTENT_TYPE, schema: B::schema_ref() },
        ];
        let description = "In the form that `Accept` asks for.";
        let answer = MetaResponse { description, status: Some(200), status_range: None, content, headers: Vec::new() };
        MetaResponses { responses: vec![answer] }
    }

    fn register(registry: &mut Registry) {
        A::register(registry);
        B::register(registry);
    }
}

impl<A: IntoResponse, B: IntoResponse> IntoResponse for Either<A, B> {
    fn into_response(self) -> Response {
        match self {
            Self::Usual(usual) => (*usual).into_response(),
            Self::Other(other) => other.into_response(),
        }
    }
}
