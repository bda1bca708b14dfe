//! Texts that look like secrets: what must not lie about in a memory.
//!
//! The forms are those that issuers publish for secret scanning: PEM (RFC 7468), JWT (RFC 7519), the prefixes of AWS,
//! Google, GitHub, GitLab, Slack, Stripe, npm, PyPI, OpenAI and Anthropic; card numbers pass the check of ISO/IEC 7812-1.
//! A secret without a form, such as a password in a sentence, is not seen unless it is named as one.

mod card;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use crate::metadata::{Metadata, Value};

/// What kind of secret a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretKind {
    /// A private key in PEM form.
    PrivateKey,
    /// A key or token of a known issuer, or a JWT.
    Token,
    /// A value behind a name such as `password`, `secret` or `api_key`, or before the `@` of a URL.
    Password,
    /// The number of a payment card.
    CardNumber,
}

impl SecretKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::PrivateKey, Self::Token, Self::Password, Self::CardNumber];

    /// The kind's name in answers, in the policy's input and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKey => "private_key",
            Self::Token => "token",
            Self::Password => "password",
            Self::CardNumber => "card_number",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

const PRIVATE_KEY: &str = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----";

const TOKENS: [&str; 12] = [
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bgh[pousr]_[0-9A-Za-z]{36}",
    r"\bgithub_pat_[0-9A-Za-z_]{60,}",
    r"\bglpat-[0-9A-Za-z_-]{20,}",
    r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",
    r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}",
    r"\bsk-[0-9A-Za-z_-]{32,}",
    r"\bnpm_[0-9A-Za-z]{36}",
    r"\bpypi-[0-9A-Za-z_-]{50,}",
    r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{16,}",
    r"\bya29\.[0-9A-Za-z_-]{20,}",
];

/// A name that says so, then the value; or what stands between name and host of a URL.
const NAMED: &str = concat!(
    r#"(?i)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_ -]?key|access[_ -]?key|client[_ -]?secret)["']?\s*[:=]\s*"#,
    r#"["']?([^\s"',;]{8,})"#,
    r"|[a-z][a-z0-9+.-]*://[^\s/:@]+:([^\s/@]{4,})@",
);

static FORMS: LazyLock<RegexSet> = LazyLock::new(|| {
    let forms = std::iter::once(PRIVATE_KEY).chain(TOKENS);
    RegexSet::new(forms).expect("the forms are regular expressions")
});
static NAMES: LazyLock<Regex> = LazyLock::new(|| Regex::new(NAMED).expect("the form is a regular expression"));

/// What `text` looks like; takes time linear in its length.
pub fn in_text(text: &str) -> BTreeSet<SecretKind> {
    let mut found = BTreeSet::new();
    for form in &FORMS.matches(text) {
        found.insert(if form == 0 { SecretKind::PrivateKey } else { SecretKind::Token });
    }
    let values = NAMES.captures_iter(text).filter_map(|named| named.get(1).or_else(|| named.get(2)));
    if values.into_iter().any(|value| is_no_word(value.as_str())) {
        found.insert(SecretKind::Password);
    }
    if card::is_in(text) {
        found.insert(SecretKind::CardNumber);
    }
    found
}

/// The same of every text in metadata. A text under a name such as `password` is one by its name.
pub fn in_metadata(metadata: &Metadata) -> BTreeSet<SecretKind> {
    let mut found = BTreeSet::new();
    metadata.entries().iter().for_each(|(name, value)| collect(name, value, &mut found));
    found
}

fn collect(name: &str, value: &Value, found: &mut BTreeSet<SecretKind>) {
    match value {
        Value::Text(text) => {
            found.extend(in_text(text));
            found.extend(in_text(&format!("{name}: {text}")));
        }
        Value::List(values) => values.iter().for_each(|value| collect(name, value, found)),
        Value::Object(object) => object.iter().for_each(|(name, value)| collect(name, value, found)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => {}
    }
}

/// `password: required` names none: a secret has a digit, or signs between letters.
fn is_no_word(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ')', '!', '?']);
    value.chars().any(|c| c.is_ascii_digit()) || value.chars().any(|c| "!#$%^&*+=~".contains(c))
}
