//! A service to ask, and its answers.

use application::brain::{Brain, Settings};
use application::call::Caller;
use application::ports::Ports;
use domain::tenant::Tenant;
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method};
use poem::{Endpoint, EndpointExt, Request, Response};
use serde_json::Value;
use somabrain_http::{Config, Mode, Stopping, api};
use somabrain_inprocess::InProcess;

/// The API over ports in the process, with a token for each of two tenants: `alpha-token` and `beta-token`.
pub(crate) struct Service {
    pub(crate) brain: Brain<InProcess>,
    pub(crate) stopping: Stopping,
    endpoint: BoxEndpoint<'static, Response>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the body is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The field of the first error of a problem.
    pub(crate) fn field(&self) -> String {
        self.json()["errors"][0]["field"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) fn caller(tenant: &str) -> Caller {
    let tenant = Tenant::try_new(tenant).expect("a plain name");
    let roles = ["reader", "writer", "planner", "operator", "admin"].map(str::to_owned).to_vec();
    Caller { tenant, subject: "ada".into(), roles }
}

pub(crate) fn production() -> Config {
    let bind = "127.0.0.1:9696".parse().expect("an address");
    Config { mode: Mode::Production, ..Config::development(bind, [7; 32]) }
}

impl Service {
    pub(crate) fn new() -> Self {
        Self::over(InProcess::new(), production())
    }

    pub(crate) fn over(ports: InProcess, config: Config) -> Self {
        for tenant in ["alpha", "beta"] {
            ports.authenticator().grant(&format!("{tenant}-token"), caller(tenant));
        }
        let brain = Brain::new(ports, Settings::default());
        let (endpoint, stopping) = api(brain.clone(), config);
        Self { brain, stopping, endpoint: endpoint.boxed() }
    }

    /// Sends a request exactly as it is.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let response = self.endpoint.call(request).await.expect("problems are answers");
        let (parts, body) = response.into_parts();
        let text = body.into_string().await.expect("the body is text");
        Answer { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    /// Asks as the tenant alpha, and leaves the answer unread.
    pub(crate) async fn open(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().uri(path.parse().expect("a path")).header("host", "127.0.0.1");
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", "Bearer alpha-token");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.endpoint.call(request.finish()).await.expect("problems are answers")
    }

    /// Sends a request of the tenant alpha with more headers.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let method: Method = method.parse().expect("a method");
        let mut request =
            Request::builder().method(method).uri(path.parse().expect("a path")).header("host", "127.0.0.1");
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", "Bearer alpha-token");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.to_owned())).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, &[], body).await
    }

    /// Stores a text and answers its id.
    pub(crate) async fn remember(&self, content: &str) -> String {
        let answer = self.post("/remember", &serde_json::json!({ "content": content }).to_string()).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }
}
