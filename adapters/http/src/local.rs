//! The API without a socket: for commands that work on a data folder in their own process.

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

impl Local {
    /// The API as it would be served under this configuration.
    pub fn new<P: Ports>(brain: Brain<P>, config: Config) -> Self {
        Self { endpoint: api(brain, config).0.boxed() }
    }

    /// Sends one request and answers status and body. The error is a body that broke off.
    pub async fn call(&self, method: Method, path: &str, body: String) -> std::io::Result<(u16, Vec<u8>)> {
        let request = Request::builder().method(method).uri_str(path).header("host", "localhost").body(body);
        let answer = self.endpoint.get_response(request).await;
        let status = answer.status().as_u16();
        let body = answer.into_body().into_vec().await.map_err(std::io::Error::other)?;
        Ok((status, body))
    }
}
