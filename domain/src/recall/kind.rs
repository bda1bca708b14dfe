//! The kind signal: does a memory hold what the question asks for?

use crate::recall::prior;
use crate::text::said::asks;
use crate::text::traits::Traits;
use crate::text::words::{fold, tokens};

/// A query with more words than this, separated by white space, is a text to compare with and no question.
const LONGEST_QUESTION: usize = 40;

/// What a question asks for; nothing set where that cannot be told ("What did she cook?").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// A time: "when", "what year".
    pub when: bool,
    /// A place: "where", "which city".
    pub place: bool,
    /// A person: "who", "whom", "whose".
    pub person: bool,
    /// A number: "how many", "how much", "how old", "how long", "how often".
    pub number: bool,
    /// A reason: "why", "how come", "what reason".
    pub reason: bool,
}

/// What a query asks for; `None` if it is no question.
///
/// A question has one line and at most 40 words, and it ends in a question mark or begins with a question word or an
/// auxiliary verb. What counts is its first question word, and one that follows by "and" or "or": in "What did she do
/// when it rained?" "when" asks for nothing.
pub fn asked(query: &str) -> Option<Asked> {
    let query = query.trim();
    if query.contains(['\n', '\r']) || query.split_whitespace().nth(LONGEST_QUESTION).is_some() {
        return None;
    }
    let words: Vec<String> = tokens(query).map(bare).collect();
    let begins = words.first().is_some_and(|first| is_question_word(first) || is_auxiliary(first));
    (begins || asks(query)).then(|| wanted(&words))
}

/// How much of what was asked for the memory holds, 0 to 1: the largest of time expression, capitals, kinship and
/// capitals, number, and half a reason, each only if the question asks for it.
pub fn signal(asked: &Asked, traits: &Traits) -> f32 {
    let held = |is_asked: bool, holds: f32| if is_asked { holds } else { 0.0 };
    let has = |holds: bool| f32::from(u8::from(holds));
    let names = prior::capitals(traits);
    [
        held(asked.when, has(traits.time_expression)),
        held(asked.place, names),
        held(asked.person, (has(traits.kinship) + names) / 2.0),
        held(asked.number, has(traits.number)),
        held(asked.reason, 0.5 * has(traits.reason)),
    ]
    .into_iter()
    .fold(0.0, f32::max)
}

/// The word in lower case, a contraction without what follows its apostrophe: "what's" is "what", "isn't" stays.
fn bare(token: &str) -> String {
    let mut word = String::new();
    fold(token, &mut word);
    if !word.ends_with("n't")
        && let Some(at) = word.find('\'')
    {
        word.truncate(at);
    }
    word
}

fn wanted(words: &[String]) -> Asked {
    let mut asked = Asked::default();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let Some(first) = words.iter().position(|word| is_question_word(word)) else { return asked };
    asked.add(word(first), word(first + 1));
    if matches!(word(first + 1), "and" | "or") && is_question_word(word(first + 2)) {
        asked.add(word(first + 2), word(first + 3));
    }
    asked
}

impl Asked {
    fn add(&mut self, question: &str, next: &str) {
        match (question, next) {
            ("when" | "whens", _) => self.when = true,
            ("what" | "which", "date" | "day" | "week" | "month" | "year" | "time" | "season") => self.when = true,
            ("where" | "wheres", _) => self.place = true,
            ("what" | "which", "city" | "country" | "town" | "village" | "state" | "place") => self.place = true,
            ("who" | "whos" | "whom" | "whose", _) => self.person = true,
            ("how", "many" | "much" | "old" | "long" | "often") => self.number = true,
            ("why" | "whys", _) | ("how", "come") | ("what" | "which", "reason" | "reasons") => self.reason = true,
            _ => {}
        }
    }
}

fn is_question_word(word: &str) -> bool {
    matches!(word, "what" | "when" | "where" | "who" | "whom" | "whose" | "which" | "why" | "how")
        || matches!(word, "whats" | "whens" | "wheres" | "whos" | "whys" | "hows")
}

fn is_auxiliary(word: &str) -> bool {
    let verb = word.strip_suffix("n't").unwrap_or(word);
    matches!(verb, "is" | "are" | "am" | "was" | "were" | "do" | "does" | "did" | "has" | "have" | "had" | "can")
        || matches!(verb, "could" | "will" | "would" | "shall" | "should" | "may" | "might" | "must")
        || matches!(word, "can't" | "won't" | "shan't" | "ain't")
}
