//! A load of single requests on several replicas, and the book of what was answered.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

/// What was asked and how it was answered: `remember`, a status (0: no answer), and what the answer says of itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Answered {
    pub(crate) what: &'static str,
    pub(crate) status: u16,
    pub(crate) degraded: bool,
    pub(crate) queued: bool,
}

/// The book of a load.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Content by id of every memory whose 200 or 201 was received.
    pub(crate) acknowledged: Mutex<HashMap<String, String>>,
    answered: Mutex<BTreeMap<Answered, usize>>,
}

impl Book {
    fn note(&self, answered: Answered) {
        *self.answered.lock().expect("no writer panicked").entry(answered).or_default() += 1;
    }

    /// What was answered since the last call.
    pub(crate) fn take(&self) -> BTreeMap<Answered, usize> {
        std::mem::take(&mut *self.answered.lock().expect("no writer panicked"))
    }

    /// Whether a kind of request was answered since the last [`Book::take`].
    pub(crate) fn has(&self, what: &str) -> bool {
        self.answered.lock().expect("no writer panicked").keys().any(|answered| answered.what == what)
    }

    /// How many memories were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.lock().expect("no writer panicked").len()
    }
}

/// One client of the replicas.
pub(crate) struct Client {
    urls: Vec<String>,
    agent: ureq::Agent,
    asked: usize,
}

impl Client {
    pub(crate) fn of(urls: &[String], first: usize) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { urls: urls.to_vec(), agent: config.into(), asked: first }
    }

    /// Asks the next replica; `None` where it does not answer.
    pub(crate) fn call(&mut self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        self.asked += 1;
        let url = &self.urls[self.asked % self.urls.len()];
        let request = ureq::http::Request::builder().method(method).uri(format!("{url}{path}"));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut answer = self.agent.run(request.body(body).ok()?).ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    fn counted(&mut self, book: &Book, what: &'static str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let answer = self.call("POST", path, body);
        let (status, said) = answer.as_ref().map_or((0, &Value::Null), |(status, said)| (*status, said));
        let degraded = said["degraded"] == json!(true);
        book.note(Answered { what, status, degraded, queued: said["stored"] == "queued" });
        answer
    }

    /// Remembers under an own id, again and again until it is acknowledged or `given_up`.
    pub(crate) fn remember(&mut self, book: &Book, id: u128, content: &str, given_up: impl Fn() -> bool) {
        let id = uuid::Uuid::from_u128(id).to_string();
        let body = json!({"id": id, "content": content, "namespace": "load", "session_id": "load"});
        loop {
            if let Some((200 | 201, _)) = self.counted(book, "remember", "/remember", &body) {
                book.acknowledged.lock().expect("no writer panicked").insert(id, content.to_owned());
                return;
            }
            if given_up() {
                return;
            }
        }
    }
}

/// Eight clients remember, recall and plan until `over`, each request once; memories are numbered from `first`.
pub(crate) fn until(over: &AtomicBool, urls: &[String], first: u128, book: &Book) {
    std::thread::scope(|scope| {
        for client in 0..8_usize {
            scope.spawn(move || {
                let mut asking = Client::of(urls, client);
                for number in 0..1_000_000_u128 {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    let id = first + 1_000_000 * client as u128 + number;
                    let content = format!("note load{first}client{client}number{number} about kettles");
                    asking.remember(book, id, &content, || true);
                    let query = json!({"query": format!("note {number} kettles"), "k": 3, "namespace": "load", "session_id": "load"});
                    asking.counted(book, "recall", "/recall", &query);
                    if number % 4 == 0 {
                        let goal = json!({"goal": format!("note {number}"), "namespace": "load"});
                        asking.counted(book, "plan", "/plan", &goal);
                    }
                }
            });
        }
    });
}

/// Everything acknowledged is in the list once, with its content, and nothing else is there twice.
pub(crate) fn all_are_there_once(urls: &[String], book: &Book) {
    let mut client = Client::of(urls, 0);
    let mut stored: HashMap<String, String> = HashMap::new();
    let mut contents: HashMap<String, usize> = HashMap::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/memories?namespace=load&limit=1000{cursor}");
        let (status, page) = client.call("GET", &path, &Value::Null).expect("it answers");
        assert_eq!(status, 200, "{page}");
        for memory in page["memories"].as_array().expect("a list") {
            let content = memory["content"].as_str().expect("a text").to_string();
            *contents.entry(content.clone()).or_default() += 1;
            stored.insert(memory["id"].as_str().expect("an id").to_string(), content);
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let acknowledged = book.acknowledged.lock().expect("no writer panicked");
    let lost = acknowledged.iter().filter(|(id, content)| stored.get(*id) != Some(content)).count();
    assert_eq!(lost, 0, "of {} acknowledged memories {lost} are lost", acknowledged.len());
    let twice: Vec<_> = contents.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "stored more than once: {twice:?}");
}
