//! The one token that every request brings.

use std::hint::black_box;
use std::sync::Arc;

use poem::http::header;
use poem::{Request, RequestBody, Result};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::problem::{Problem, ProblemKind};

/// The name of the scheme in the OpenAPI document.
const SCHEME: &str = "bearer";

/// What a request must bring.
pub(super) struct Token(String);

impl Token {
    pub(super) fn new(token: String) -> Self {
        Self(token)
    }

    /// Whether it is this one; takes as long for a token that is nearly right as for any other of its length.
    fn is(&self, other: &str) -> bool {
        let (mine, other) = (self.0.as_bytes(), other.as_bytes());
        let differing = mine.iter().zip(other).fold(0, |found, (a, b)| black_box(found | (a ^ b)));
        !mine.is_empty() && mine.len() == other.len() && differing == 0
    }
}

/// A request that brought the token.
pub(super) struct Authenticated;

impl<'a> ApiExtractor<'a> for Authenticated {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            SCHEME,
            MetaSecurityScheme {
                ty: "http",
                description: Some("The token of the service's settings."),
                name: None,
                key_in: None,
                scheme: Some("bearer"),
                bearer_format: None,
                flows: None,
                openid_connect_url: None,
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let token = request.data::<Arc<Token>>().expect("the endpoint gives every request the token to compare with");
        match token_of(request) {
            None => Err(Problem::new(ProblemKind::Unauthenticated, "no bearer token came with the request").into()),
            Some(brought) if token.is(brought) => Ok(Self),
            Some(_) => Err(Problem::new(ProblemKind::Unauthenticated, "the bearer token is another one").into()),
        }
    }
}

fn token_of(request: &Request) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
