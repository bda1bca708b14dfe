//! Who is calling: the bearer token of a request, and the caller as handlers take it.

use application::call::{Call, Caller};
use application::ports::Ports;
use application::ports::authenticator::Rejection;
use poem::http::header;
use poem::{Request, RequestBody, Result};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::front::Front;
use crate::problem::Problem;

/// The name of the scheme in the OpenAPI document.
const SCHEME: &str = "bearer";

/// A request of a caller that has been authenticated; only behind the front.
#[derive(Debug, Clone)]
pub(crate) struct Authenticated(pub Call);

impl<'a> ApiExtractor<'a> for Authenticated {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            SCHEME,
            MetaSecurityScheme {
                ty: "http",
                description: Some("A JWT of the operator's issuer, with `sub`, the tenant, roles and `exp`."),
                name: None,
                key_in: None,
                scheme: Some("bearer"),
                bearer_format: Some("JWT"),
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
        let call = request.extensions().get::<Call>().cloned();
        Ok(Self(call.ok_or_else(|| Problem::unauthenticated(Rejection::Missing))?))
    }
}

/// The caller of a request: by its token, or without any by the settings.
///
/// # Errors
/// 401 with `WWW-Authenticate`.
pub(crate) async fn caller_of<P: Ports, E>(front: &Front<P, E>, request: &Request) -> Result<Caller, Problem> {
    let token = match token_of(request) {
        None => match &front.config.anonymous {
            Some(caller) => return Ok(caller.clone()),
            None => None,
        },
        Some(token) => Some(token),
    };
    front.brain.authenticate(token).await.map_err(Problem::unauthenticated)
}

/// What stands behind `Bearer`; an empty text for any other use of the header, so that it is refused.
fn token_of(request: &Request) -> Option<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let value = values.next()?;
    let bearer = value.to_str().ok().and_then(|text| text.split_once(' '));
    let token = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    Some(if values.next().is_some() { "" } else { token.unwrap_or_default() })
}
