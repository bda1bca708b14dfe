//! What kind of words a text has: whether it asks, names, counts, tells a time.

use crate::text::said::{asks, said, sentences};
use crate::text::words::{fold, tokens};

/// What recall wants to know of a memory's words before any question is asked; nothing of it depends on the question.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Traits {
    /// Share of the sentences that are questions, 0 to 1.
    pub question: f32,
    /// Words inside sentences that begin with a capital: not the first of a sentence, not "I", no speaker's name.
    pub capitals: u16,
    /// The text ends in a question mark.
    pub asks: bool,
    /// "I", "my" or "we" is said, contractions included.
    pub first_person: bool,
    /// A time is told: "yesterday", "last week", "two years ago", "Friday", "June", "2023", "3rd".
    pub time_expression: bool,
    /// Something is counted: digits, "one" to "twelve", "dozen", "hundred", "few", "twice".
    pub number: bool,
    /// Someone of the family, or a friend, is spoken of.
    pub kinship: bool,
    /// A reason is given: "because", "since", "so that", "due to", "reason", "in order".
    pub reason: bool,
}

/// The traits of a memory's text, of which only what was [`said`] is read. `is_name` gets a word in its bare form (see
/// [`bare_words`](crate::text::words::bare_words)) and says whether it is a speaker's name.
pub fn traits(text: &str, is_name: impl Fn(&str) -> bool) -> Traits {
    let said = said(text);
    let mut found = Traits { asks: asks(said), ..Traits::default() };
    let (mut questions, mut all) = (0u16, 0u16);
    let (mut word, mut before) = (String::new(), String::new());
    for sentence in sentences(said) {
        all = all.saturating_add(1);
        questions = questions.saturating_add(u16::from(asks(sentence)));
        before.clear();
        for (place, token) in tokens(sentence).enumerate() {
            fold(token, &mut word);
            if place > 0 && token.starts_with(char::is_uppercase) && !is_i(&word) && !is_name(&word) {
                found.capitals = found.capitals.saturating_add(1);
            }
            found.read(&word, &before);
            std::mem::swap(&mut word, &mut before);
        }
    }
    found.question = f32::from(questions) / f32::from(all.max(1));
    found
}

impl Traits {
    /// Takes up one word and the one before it in the same sentence.
    fn read(&mut self, word: &str, before: &str) {
        self.first_person |= is_first_person(word);
        self.time_expression |= tells_time(word, before);
        self.number |= counts(word);
        self.kinship |= is_kin(word);
        self.reason |= matches!(word, "because" | "since" | "reason" | "reasons")
            || matches!((before, word), ("so", "that") | ("due", "to") | ("in", "order"));
    }
}

fn is_i(word: &str) -> bool {
    matches!(word, "i" | "i'm" | "i'd" | "i've" | "i'll")
}

fn is_first_person(word: &str) -> bool {
    is_i(word) || matches!(word, "im" | "ive" | "my" | "we" | "we're" | "we'd" | "we've" | "we'll")
}

fn tells_time(word: &str, before: &str) -> bool {
    matches!(word, "yesterday" | "today" | "tonight" | "tomorrow" | "recently" | "ago")
        || is_weekday(word)
        || is_month(word)
        || matches!(before, "last" | "next" | "this") && is_span(word)
        || matches!(word, "may" | "march") && (is_day_of_month(before) || leads_to_month(before))
        || matches!(before, "may" | "march") && is_day_of_month(word)
        || word.starts_with(|c: char| c.is_ascii_digit()) && (is_year(word) || is_ordinal(word))
}

fn is_weekday(word: &str) -> bool {
    let day = word.strip_suffix('s').unwrap_or(word);
    matches!(day, "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")
}

/// The names that are no other word as well, and the short forms of which the same holds.
fn is_month(word: &str) -> bool {
    matches!(word, "january" | "february" | "april" | "june" | "july" | "august")
        || matches!(word, "september" | "october" | "november" | "december")
        || matches!(word, "feb" | "apr" | "aug" | "sept" | "oct" | "nov" | "dec")
}

fn leads_to_month(word: &str) -> bool {
    matches!(word, "in" | "during" | "since" | "until" | "till" | "by" | "of" | "early" | "mid" | "late")
}

/// What follows "last", "next" or "this" to tell a time.
fn is_span(word: &str) -> bool {
    matches!(word, "morning" | "afternoon" | "evening" | "night" | "week" | "weekend" | "month" | "year" | "decade")
        || matches!(word, "season" | "spring" | "summer" | "autumn" | "fall" | "winter" | "may" | "march")
}

fn is_day_of_month(word: &str) -> bool {
    word.len() <= 2 && word.parse().is_ok_and(|day: u8| (1..=31).contains(&day))
}

/// "1987", "2023", "1990s".
fn is_year(word: &str) -> bool {
    let digits = word.strip_suffix('s').unwrap_or(word).as_bytes();
    digits.len() == 4 && matches!(digits[..2], [b'1', b'9'] | [b'2', b'0']) && digits.iter().all(u8::is_ascii_digit)
}

/// "1st", "22nd", "3rd", "15th".
fn is_ordinal(word: &str) -> bool {
    ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn counts(word: &str) -> bool {
    word.starts_with(char::is_numeric)
        || matches!(word, "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine" | "ten")
        || matches!(word, "eleven" | "twelve" | "dozen" | "dozens" | "hundred" | "hundreds" | "thousand" | "thousands")
        || matches!(word, "couple" | "few" | "several" | "once" | "twice")
}

fn is_kin(word: &str) -> bool {
    let one = word.strip_suffix('s').unwrap_or(word);
    matches!(one, "mother" | "mom" | "mum" | "mommy" | "mama" | "father" | "dad" | "daddy" | "papa" | "parent")
        || matches!(one, "sister" | "brother" | "sibling" | "twin" | "son" | "daughter" | "child" | "kid")
        || matches!(one, "wife" | "husband" | "spouse" | "partner" | "girlfriend" | "boyfriend" | "fiance" | "fiancee")
        || matches!(one, "aunt" | "auntie" | "uncle" | "cousin" | "niece" | "nephew" | "friend" | "family")
        || matches!(one, "grandma" | "grandmother" | "grandpa" | "grandfather" | "granny" | "grandparent")
        || matches!(
            one,
            "grandson" | "granddaughter" | "grandkid" | "stepmother" | "stepfather" | "stepmom" | "stepdad"
        )
        || matches!(word, "children" | "wives" | "families" | "fiancé" | "fiancée" | "grandchildren")
}
