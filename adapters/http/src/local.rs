//! The API without a socket: for commands that work on a data folder in their own process.

use std::io;

use application::brain::Brain;
use application::ports::Ports;
use poem::endpoint::{BoxEndpoint, EndpointExt};
use poem::http::Method;
use poem::{Endpoint, Request, Response};

use crate::api::api;
use crate::config::Config;

/// The API of a brain, asked by function call.
pub struct Local {
    endpoint: BoxEndpoint<'static, Response>,
}

/// What is answered to a function call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// What the body is, such as `application/json`.
    pub media_type: String,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Local {
    /// The API as it would be served under this configuration.
    pub fn new<P: Ports>(brain: Brain<P>, config: Config) -> Self {
        Self { endpoint: api(brain, config).0.boxed() }
    }

    /// Sends one request and answers status and body. The error is a body that broke off.
    pub async fn call(&self, method: Method, path: &str, body: String) -> io::Result<(u16, Vec<u8>)> {
        let answered = self.ask(method, path, body.into_bytes()).await?;
        Ok((answered.status, answered.body))
    }

    /// The same with bytes that need not be text; and what the answer's body is.
    pub async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> io::Result<Answered> {
        let request = Request::builder().method(method).uri_str(path).header("host", "localhost").body(body);
        let answer = self.endpoint.get_response(request).await;
        let (status, media_type) = (answer.status().as_u16(), answer.content_type().unwrap_or_default().to_owned());
        let body = answer.into_body().into_vec().await.map_err(io::Error::other)?;
        Ok(Answered { status, media_type, body })
    }
}
