//! One sample request for each operation of the API, and who may make it. An operation without a case fails the tests.

/// A sample request; `<name>`s stand for what is there.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) method: &'static str,
    /// As the document has it.
    pub(crate) path: &'static str,
    /// Path and query as they are sent.
    pub(crate) target: &'static str,
    pub(crate) body: &'static str,
    /// Who may.
    pub(crate) roles: &'static [&'static str],
    /// What those are answered.
    pub(crate) status: &'static [u16],
}

/// All roles of the bundled policy.
pub(crate) const ROLES: [&str; 7] = ["reader", "writer", "planner", "agent", "tool", "operator", "admin"];
const READERS: &[&str] = &["reader", "writer", "planner", "agent", "operator", "admin"];
const TEACHERS: &[&str] = &["writer", "agent", "admin"];
const WRITERS: &[&str] = &["writer", "admin"];
const OPERATORS: &[&str] = &["operator", "admin"];
const ADMINS: &[&str] = &["admin"];

/// What is answered without a token, and the media type of it.
pub(crate) const OPEN: [(&str, &str); 6] = [
    ("/health", "application/json"),
    ("/livez", "text/plain"),
    ("/readyz", ""),
    ("/metrics", "text/plain"),
    ("/docs", "text/html"),
    ("/openapi.json", "application/json"),
];

const fn case(
    method: &'static str,
    path: &'static str,
    target: &'static str,
    body: &'static str,
    roles: &'static [&'static str],
    status: &'static [u16],
) -> Case {
    Case { method, path, target, body, roles, status }
}

/// Every operation that wants a token.
pub(crate) const CASES: [Case; 24] = [
    case(
        "POST",
        "/remember",
        "/remember",
        r#"{"content": "<tag> said", "namespace": "<namespace>", "session_id": "<session>", "user_id": "<user>",
            "supersedes": ["<memory>"], "links": [{"to": "<other>", "relation": "related"}]}"#,
        WRITERS,
        // 200: it was said before
        &[200, 201],
    ),
    case(
        "POST",
        "/remember/batch",
        "/remember/batch",
        r#"{"memories": [{"content": "<tag> of several", "links": [{"to": "<memory>", "relation": "causes"}]}]}"#,
        WRITERS,
        &[201],
    ),
    case(
        "POST",
        "/recall",
        "/recall",
        r#"{"query": "<tag> first", "namespace": "<namespace>", "session_id": "<session>", "explain": true}"#,
        READERS,
        &[200],
    ),
    case(
        "POST",
        "/recall/feedback",
        "/recall/feedback",
        r#"{"recall_id": "<recall>", "useful": ["<memory>"]}"#,
        TEACHERS,
        &[200],
    ),
    case("DELETE", "/recall/feedback/{version}", "/recall/feedback/<version>", "", TEACHERS, &[200]),
    case(
        "POST",
        "/plan",
        "/plan",
        r#"{"goal": "<tag> first", "namespace": "<namespace>", "session_id": "<session>"}"#,
        &["planner", "agent", "admin"],
        &[200],
    ),
    case("GET", "/memories", "/memories?namespace=<namespace>&user_id=<user>", "", READERS, &[200]),
    case("DELETE", "/memories", "/memories?user_id=<user>&namespace=<namespace>", "", WRITERS, &[200]),
    case("GET", "/memories/{id}", "/memories/<memory>", "", READERS, &[200]),
    case("PATCH", "/memories/{id}", "/memories/<memory>", r#"{"importance": 0.75}"#, WRITERS, &[200]),
    case("DELETE", "/memories/{id}", "/memories/<memory>", "", WRITERS, &[200]),
    case("GET", "/memories/{id}/versions", "/memories/<memory>/versions", "", READERS, &[200]),
    case(
        "POST",
        "/memories/{id}/links",
        "/memories/<memory>/links",
        r#"{"to": "<other>", "relation": "supports"}"#,
        WRITERS,
        &[201],
    ),
    case("DELETE", "/memories/{id}/links", "/memories/<memory>/links?to=<other>", "", WRITERS, &[200]),
    case("GET", "/sessions/{id}", "/sessions/<session>", "", READERS, &[200]),
    case("DELETE", "/sessions/{id}", "/sessions/<session>", "", TEACHERS, &[200]),
    case("GET", "/namespaces", "/namespaces", "", READERS, &[200]),
    case("DELETE", "/namespaces/{name}", "/namespaces/<namespace>", "", WRITERS, &[200]),
    case("GET", "/admin/density", "/admin/density?namespace=<namespace>", "", OPERATORS, &[200]),
    case("POST", "/admin/density/reset", "/admin/density/reset?namespace=<namespace>", "", ADMINS, &[200]),
    // Nothing may have been kept yet of a namespace that is seconds old.
    case("POST", "/admin/density/restore", "/admin/density/restore?namespace=<namespace>", "", ADMINS, &[200, 404]),
    // Nobody has done anything under that name.
    case("GET", "/admin/audit", "/admin/audit?subject=<user>", "", OPERATORS, &[200]),
    case("GET", "/admin/maintenance", "/admin/maintenance", "", OPERATORS, &[200]),
    case("POST", "/admin/maintenance", "/admin/maintenance", r#"{"enabled": false}"#, ADMINS, &[200]),
];

/// What stands for what in a sample request.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub(crate) tag: String,
    pub(crate) namespace: String,
    pub(crate) session: String,
    pub(crate) user: String,
    pub(crate) memory: String,
    pub(crate) other: String,
    pub(crate) recall: String,
    pub(crate) version: String,
}

impl Names {
    /// Names that nothing has.
    pub(crate) fn of_nothing() -> Self {
        Self {
            tag: "nothing".into(),
            namespace: "no-such-namespace".into(),
            session: "no-such-session".into(),
            user: "no-such-user".into(),
            memory: "01990000-0000-7000-8000-0000000000a1".into(),
            other: "01990000-0000-7000-8000-0000000000a2".into(),
            recall: "01990000-0000-7000-8000-0000000000a3".into(),
            version: "4000000".into(),
        }
    }

    fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("<tag>", &self.tag),
            ("<namespace>", &self.namespace),
            ("<session>", &self.session),
            ("<user>", &self.user),
            ("<memory>", &self.memory),
            ("<other>", &self.other),
            ("<recall>", &self.recall),
            ("<version>", &self.version),
        ]
    }

    /// The text with the names in it.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.pairs().iter().fold(text.to_owned(), |text, (place, name)| text.replace(place, name))
    }

    /// The text with the names taken out again, word by word.
    pub(crate) fn blank(&self, text: &str) -> String {
        let part_of_a_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let named = |word: &str| self.pairs().iter().find(|(_, name)| *name == word).map(|(place, _)| *place);
        let mut blank = String::new();
        let mut word = String::new();
        for c in text.chars().chain(['\0']) {
            if part_of_a_word(c) {
                word.push(c);
            } else {
                blank.push_str(named(&word).unwrap_or(&word));
                word.clear();
                blank.push(c);
            }
        }
        blank
    }
}
