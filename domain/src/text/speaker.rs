//! Who speaks, where a text says so itself: "Ann Lee: I was there."

/// Most words of a name.
const LONGEST_NAME: usize = 3;
/// Most bytes of a name.
const LONGEST: usize = 60;

/// The name and the rest of a text that begins with a speaker: "Name: rest", white space around both cut.
///
/// A name has one to three capitalised words of letters with inner `.`, `-` and apostrophes; the colon is followed by
/// white space and some text. "User" and "Assistant" are speakers, also in lower case; a label of logs, letters or lists
/// ("Error", "TypeError", "Subject", "Action Items", "Monday") is none.
pub fn leading_name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let colon = text.bytes().take(LONGEST + 1).position(|byte| byte == b':')?;
    let (name, after) = (text[..colon].trim_end(), &text[colon + 1..]);
    let rest = after.trim();
    let follows = after.starts_with(char::is_whitespace) && !rest.is_empty();
    (follows && is_name(name)).then_some((name, rest))
}

fn is_name(name: &str) -> bool {
    if matches!(name, "user" | "assistant") {
        return true;
    }
    let mut count = 0;
    let words_of_a_name = name.split_whitespace().all(|word| {
        count += 1;
        count <= LONGEST_NAME && is_name_word(word) && !is_label(&word.to_lowercase())
    });
    words_of_a_name && count > 0
}

fn is_name_word(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        && word.ends_with(|c: char| c.is_alphabetic() || c == '.')
        && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
}

/// Whether a word, in lower case, stands before a colon as a heading and not as a name.
fn is_label(word: &str) -> bool {
    let word = word.replace('.', "");
    ["error", "exception", "warning"].iter().any(|end| word.ends_with(end))
        || LABELS.binary_search(&word.as_str()).is_ok()
}

/// Labels of logs, letters, documents and lists; sorted. Months that people are called by are left out.
#[rustfmt::skip]
const LABELS: [&str; 114] = [
    "action", "address", "agenda", "alert", "answer", "attachment", "bcc", "breakfast", "bug", "build", "caused",
    "cc", "changelog", "chapter", "code", "comment", "conclusion", "contact", "context", "critical", "date", "debug",
    "december", "description", "details", "dinner", "edit", "email", "errors", "eta", "example", "examples", "failed",
    "failure", "fatal", "february", "fix", "fixme", "friday", "from", "fwd", "fyi", "goal", "goals", "hint", "http",
    "https", "idea", "important", "info", "input", "items", "january", "july", "key", "list", "location", "log",
    "lunch", "monday", "name", "next", "note", "notes", "notice", "november", "october", "ok", "output", "panic",
    "phone", "plan", "points", "pps", "problem", "ps", "q", "question", "re", "reason", "reminder", "result",
    "results", "saturday", "sent", "september", "solution", "source", "status", "step", "steps", "subject", "success",
    "summary", "sunday", "task", "thursday", "time", "tip", "tips", "title", "tl", "to", "todo", "topic", "trace",
    "tuesday", "update", "url", "usage", "version", "warn", "warnings", "wednesday",
];
