//! The whole API in the process, with a few memories of a tenant that asks and one of another that must stay hidden.

use std::sync::Mutex;

use application::brain::{Brain, Settings};
use application::call::Caller;
use domain::tenant::Tenant;
use serde_json::{Value, json};
use somabrain_http::{Answered, Config, Local, Method, Mode};
use somabrain_inprocess::InProcess;
use tokio::runtime::Runtime;

/// Memories of the tenant that asks.
pub(crate) const IDS: [&str; 3] = [
    "01990000-0000-7000-8000-000000000001",
    "01990000-0000-7000-8000-000000000002",
    "01990000-0000-7000-8000-000000000003",
];
/// A memory of the other tenant.
pub(crate) const NOBODY: &str = "01990000-0000-7000-8000-00000000000f";
/// What stands in it.
const HIDDEN: &str = "zyxwvut-hidden-zyxwvut";
/// Memories after which everything begins anew.
const MANY: usize = 40;

/// The API over fresh ports.
pub(crate) struct Service {
    runtime: Runtime,
    local: Local,
    stored: usize,
}

fn caller(tenant: &str) -> Caller {
    let roles = ["reader", "writer", "planner", "operator", "admin"].map(str::to_owned).to_vec();
    Caller { tenant: Tenant::try_new(tenant).expect("a plain name"), subject: "ada".into(), roles }
}

fn local(brain: &Brain<InProcess>, tenant: &str) -> Local {
    let config = Config::development("127.0.0.1:9696".parse().expect("an address"), [7; 32]);
    Local::new(brain.clone(), Config { mode: Mode::Production, anonymous: Some(caller(tenant)), ..config })
}

impl Service {
    /// A service with three memories of the tenant that asks.
    pub(crate) fn new() -> Self {
        let mut service = Self::empty();
        for (number, id) in IDS.iter().enumerate() {
            let links = if number == 0 { json!([]) } else { json!([{"to": IDS[number - 1], "relation": "requires"}]) };
            let content = ["find the key", "open the door", "leave the house"][number];
            let memory = json!({"id": id, "content": content, "session_id": "s-1", "links": links, "tags": ["home"]});
            assert_eq!(service.ask("POST", "/remember", memory.to_string().into_bytes()).status, 201);
        }
        service
    }

    /// The same without them.
    pub(crate) fn empty() -> Self {
        let brain = Brain::new(InProcess::new(), Settings::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let other = Self { local: local(&brain, "beta"), runtime, stored: 0 };
        let hidden = json!({"id": NOBODY, "content": HIDDEN, "session_id": "s-1", "user_id": "ada"});
        let (runtime, answer) = other.alone("POST", "/remember", hidden.to_string().into_bytes());
        assert_eq!(answer.status, 201);
        Self { local: local(&brain, "alpha"), runtime, stored: 0 }
    }

    fn alone(self, method: &str, path: &str, body: Vec<u8>) -> (Runtime, Answered) {
        let Self { local, runtime, .. } = self;
        let answer = runtime.block_on(local.ask(method.parse().expect("a method"), path, body));
        (runtime, answer.expect("the body is whole"))
    }

    /// Asks, and checks what holds for every answer.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: Vec<u8>) -> Answered {
        let shown = format!("{method} {path} {}", String::from_utf8_lossy(&body));
        let named = shown.contains(HIDDEN);
        let method: Method = method.parse().expect("a method");
        let answer = self.runtime.block_on(self.local.ask(method, path, body)).expect("the body is whole");
        self.stored += usize::from(answer.status == 201);
        let text = String::from_utf8_lossy(&answer.body);
        assert!(answer.status < 500, "{shown}: {} {text}", answer.status);
        assert!(named || !text.contains(HIDDEN), "{shown}: it shows another tenant's memory: {text}");
        if answer.status >= 400 {
            check_problem(&shown, &answer);
        } else if answer.media_type.starts_with("application/json") {
            serde_json::from_slice::<Value>(&answer.body).unwrap_or_else(|error| panic!("{shown}: {error}: {text}"));
        }
        answer
    }
}

fn check_problem(shown: &str, answer: &Answered) {
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.media_type, "application/problem+json", "{shown}: {text}");
    let problem: Value = serde_json::from_slice(&answer.body).expect("a problem is JSON");
    assert_eq!(problem["status"], json!(answer.status), "{shown}: {text}");
    for member in ["type", "title", "detail", "request_id"] {
        assert!(problem[member].as_str().is_some_and(|said| !said.is_empty()), "{shown}: no {member}: {text}");
    }
    assert!(text.len() < 4096, "{shown}: a problem of {} bytes", text.len());
}

/// A service that is made anew once it has stored much.
pub(crate) struct Kept(Mutex<Option<Service>>);

impl Kept {
    pub(crate) fn new() -> Self {
        Self(Mutex::default())
    }

    /// Asks the service; one in which something went wrong is not asked again.
    pub(crate) fn with(&self, ask: impl FnOnce(&mut Service)) {
        let taken = self.0.lock().unwrap_or_else(|broken| broken.into_inner()).take();
        let mut service = taken.filter(|service| service.stored < MANY).unwrap_or_else(Service::new);
        ask(&mut service);
        *self.0.lock().unwrap_or_else(|broken| broken.into_inner()) = Some(service);
    }
}
