//! What a clause names: something to do, or something that must be so.

use super::span::Span;
use super::verbs;

/// Something to do, or something that must be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The words as they stand, first letter small where it begins a sentence.
    pub words: String,
    /// What to do, as an imperative; `None` where the words only say what must be so.
    pub act: Option<String>,
}

/// Most words of an act or a state: longer ones carry more than one thought.
const MOST_WORDS: usize = 20;
/// Words with which a phrase speaks of something outside of it, or of a choice.
const OPEN: [&str; 16] = [
    "it",
    "its",
    "them",
    "their",
    "this",
    "these",
    "those",
    "following",
    "so",
    "whose",
    "what",
    "because",
    "while",
    "either",
    "below",
    "above",
];
/// Words that begin a clause about the thing before it.
pub(super) const RELATIVE: [&str; 3] = ["that", "which", "who"];
/// Verbs after which a clause, with or without "that", says what they are about.
const CHECKING: [&str; 5] = ["verify", "check", "confirm", "see", "ensure"];
/// Words after "as" with which it compares or gives a reason.
const AS: [&str; 14] = [
    "you",
    "we",
    "soon",
    "long",
    "well",
    "if",
    "though",
    "needed",
    "follows",
    "described",
    "shown",
    "above",
    "much",
    "many",
];
/// Words behind which something more must come.
const DANGLING: [&str; 18] = [
    "just",
    "right",
    "immediately",
    "or",
    "as",
    "to",
    "and",
    "for",
    "by",
    "with",
    "of",
    "from",
    "than",
    "via",
    "using",
    "the",
    "a",
    "an",
];
/// Verbs that make a clause of what follows an imperative.
const FINITE: [&str; 22] = [
    "is", "are", "was", "were", "will", "shall", "can", "cannot", "may", "might", "should", "would", "could", "must",
    "has", "have", "had", "does", "did", "be", "been", "requires",
];
/// Words behind which the one before was a noun: "types used in …".
const NOUN: [&str; 5] = ["of", "used", "returned", "given", "called"];
/// What may stand before an imperative without changing it.
const ADVERBS: [&str; 20] = [
    "first",
    "firstly",
    "second",
    "secondly",
    "third",
    "thirdly",
    "then",
    "next",
    "finally",
    "lastly",
    "after that",
    "now",
    "always",
    "also",
    "just",
    "simply",
    "please",
    "and",
    "to",
    "again",
];
/// Verbs that mean nothing without an object.
const NEEDY: [&str; 24] = [
    "run", "use", "add", "type", "execute", "enter", "set", "do", "make", "get", "put", "write", "call", "create",
    "see", "try", "go", "read", "issue", "change", "give", "take", "specify", "find",
];
const SURE: [&str; 8] = [
    "make sure that",
    "make sure to",
    "make sure",
    "be sure to",
    "ensure that",
    "ensure",
    "remember to",
    "don't forget to",
];
const MUST: [&str; 9] = [
    "must",
    "need to",
    "have to",
    "should",
    "will need to",
    "will have to",
    "'ll need to",
    "'ll have to",
    "are required to",
];
const PREPOSITIONS: [&str; 14] =
    ["in", "on", "to", "with", "from", "into", "for", "at", "onto", "against", "up", "down", "out", "off"];

impl Phrase {
    fn act(words: String) -> Self {
        Self { act: Some(words.clone()), words }
    }
}

/// `build the image`, after words like "then" and "please".
pub(super) fn imperative(span: Span<'_>) -> Option<Phrase> {
    let span = bare(span);
    let first = span.words().next()?;
    let (first, rest) = match verbs::base(first) {
        Some(_) => (first, span.after(first)?),
        None => adverb(span, first)?,
    };
    let noun = rest.words().next().is_some_and(|word| NOUN.contains(&word) || FINITE.contains(&word));
    let whole = !NEEDY.contains(&first) || has_object(rest);
    (!noun && whole && is_closed(span) && !is_finite(span)).then(|| Phrase::act(said(span)))
}

/// `building the image`.
pub(super) fn gerund(span: Span<'_>) -> Option<Phrase> {
    let first = span.words().next()?;
    let base = verbs::of_gerund(first)?;
    let rest = span.after(first)?;
    let words: Vec<&str> = span.words().collect();
    let two = words.windows(2).any(|pair| matches!(pair[0], "and" | "or") && pair[1].ends_with("ing"));
    if two || NEEDY.contains(&base) && !has_object(rest) {
        return None;
    }
    let phrase = if rest.text().is_empty() { base.to_owned() } else { format!("{base} {}", rest.text()) };
    (is_closed(span) && !is_finite(span)).then(|| Phrase::act(one_line(&phrase)))
}

/// `you build the image`, `you have built the image`, `we deploy`.
pub(super) fn addressed(span: Span<'_>) -> Option<Phrase> {
    let rest = span.after_any(&["you", "we", "you've", "we've"])?;
    let perfect = rest.after("have").or_else(|| span.after_any(&["you've", "we've"]));
    if let Some(done) = perfect {
        let first = done.words().next()?;
        let base = verbs::of_participle(first)?;
        let object = done.after(first)?;
        return (is_closed(object) && !is_finite(object))
            .then(|| Phrase::act(one_line(format!("{base} {}", object.text()).trim_end())));
    }
    imperative(rest)
}

/// `you must build the image`: what follows.
pub(super) fn obliged(span: Span<'_>) -> Option<Span<'_>> {
    let rest = span
        .after_any(&["you", "we"])
        .or_else(|| span.mask().starts_with("you'll").then(|| span.cut(3, span.mask().len())))?;
    must(rest)
}

/// `must build the image`: what follows.
pub(super) fn must(span: Span<'_>) -> Option<Span<'_>> {
    let rest = span.after("first").unwrap_or(span);
    rest.after_any(&MUST)
}

/// `the image is built`, `building the image is done`: the act that makes it so.
pub(super) fn passive(span: Span<'_>, auxiliaries: &[&str]) -> Option<Phrase> {
    let (subject, rest) = auxiliaries.iter().find_map(|auxiliary| span.around(auxiliary))?;
    let participle = rest.words().next()?;
    let tail = rest.after(participle)?;
    if matches!(participle, "done" | "complete" | "completed" | "finished") && tail.text().is_empty() {
        return gerund(subject).map(|act| Phrase { words: said(span), ..act });
    }
    let base = verbs::of_participle(participle)?;
    let tail = tail.after("first").unwrap_or(tail);
    let goes_on = tail.words().next().is_none_or(|word| PREPOSITIONS.contains(&word));
    if !goes_on || !is_thing(subject) || !is_closed(span) {
        return None;
    }
    let act = format!("{base} {} {}", said(subject), tail.text());
    Some(Phrase { words: said(span), act: Some(one_line(act.trim_end())) })
}

/// What a clause after "before" names: something that is done.
pub(super) fn event(span: Span<'_>) -> Option<Phrase> {
    let of_any = || matches!(span.words().next(), Some("a" | "an"));
    gerund(span).or_else(|| addressed(span)).or_else(|| passive(span, &IS).filter(|_| !of_any()))
}

/// What a clause after "after", "once", "until" names: something done, or something that is so.
pub(super) fn condition(span: Span<'_>) -> Option<Phrase> {
    let whole = !span.mask().contains(", ");
    whole.then(|| event(span).or_else(|| state(span)))?
}

/// `the tests pass`, `the server is running`.
pub(super) fn state(span: Span<'_>) -> Option<Phrase> {
    let words: Vec<&str> = span.words().collect();
    let says = words.iter().skip(1).any(|word| matches!(*word, "is" | "are" | "has" | "have"));
    let noun = |word: &str| matches!(word, "a" | "an" | "the" | "your" | "in" | "of" | "on" | "for" | "with" | "to");
    let happens = matches!(words[..], [.., before, last] if verbs::is_finite(last) && !noun(before));
    let yet = words.iter().any(|word| matches!(*word, "will" | "shall" | "must" | "should"));
    let told = yet
        || verbs::of_gerund(words[0]).is_some()
        || matches!(words.first(), Some(&("you" | "we" | "i" | "there" | "after" | "before")));
    ((says || happens) && !told && is_closed(span)).then(|| Phrase { words: said(span), act: None })
}

/// `a database`, `root access`: a thing that must be there.
pub(super) fn thing(span: Span<'_>) -> Option<Phrase> {
    (is_thing(span) && is_closed(span)).then(|| Phrase { words: said(span), act: None })
}

/// Without words like "then" and "please" before it and "first" behind it.
pub(super) fn bare(span: Span<'_>) -> Span<'_> {
    let mut span = span.trim();
    while let Some(rest) = span.after_any(&ADVERBS).filter(|rest| !rest.text().is_empty()) {
        span = rest;
    }
    match span.mask().strip_suffix(" first") {
        Some(rest) => span.cut(0, rest.len()).trim(),
        None => span,
    }
}

/// `make sure that …`: what follows.
pub(super) fn ensured(span: Span<'_>) -> Option<Span<'_>> {
    bare(span).after_any(&SURE)
}

/// Auxiliaries of what is or has been done.
pub(super) const IS: [&str; 4] = [" has been ", " have been ", " is ", " are "];

/// Auxiliaries of what must be done.
pub(super) const MUST_BE: [&str; 6] =
    [" must be ", " needs to be ", " need to be ", " has to be ", " have to be ", " should be "];

/// Whether more than a remark in brackets or a place follows a verb.
fn has_object(rest: Span<'_>) -> bool {
    let place = rest
        .words()
        .next()
        .is_none_or(|word| matches!(word, "in" | "into" | "at" | "on" | "from" | "with" | "for" | "as"));
    let remark = rest.text().starts_with('(') && rest.text().ends_with(')');
    !place && !remark
}

/// The verb and what follows it, behind an adverb in `-ly`.
fn adverb<'a>(span: Span<'a>, first: &str) -> Option<(&'a str, Span<'a>)> {
    first.strip_suffix("ly")?;
    let rest = span.after(first)?;
    let verb = verbs::base(rest.words().next()?)?;
    Some((verb, rest.after(verb)?))
}

/// Whether all is said: nothing points outside, and there is no choice of things to do.
fn is_closed(span: Span<'_>) -> bool {
    let words: Vec<&str> = span.words().collect();
    let pairs = words.windows(2).map(|pair| (pair[0], pair[1]));
    let open = pairs.into_iter().any(|(word, next)| match word {
        "or" => {
            let act = verbs::base(next).is_some() || verbs::of_gerund(next).is_some();
            act || next.ends_with("ly") || matches!(next, "to" | "by" | "else" | "if")
        }
        "as" => AS.contains(&next) || OPEN.contains(&next),
        _ => false,
    });
    let ends = words.last().is_some_and(|word| DANGLING.contains(word) || RELATIVE.contains(word));
    let relative = words.iter().filter(|word| RELATIVE.contains(word)).count();
    let begins = words.first().is_some_and(|word| RELATIVE.contains(word));
    let unlike = span.mask().contains(", which") || span.mask().contains(", who");
    (1..=MOST_WORDS).contains(&words.len())
        && !(open || ends || begins || unlike || relative > 1)
        && !span.has_any(&OPEN)
        && !span.mask().contains(['?', ';', ':', '—'])
}

/// Whether a verb makes a clause of it. What a relative clause says is of a thing ("the pages that are missing"), and what
/// is checked may be a clause ("verify that …"); "that" right behind another verb begins a clause of its own.
fn is_finite(span: Span<'_>) -> bool {
    let words: Vec<&str> = span.words().collect();
    if words.first().is_some_and(|verb| CHECKING.contains(verb)) {
        return false;
    }
    let own = words.iter().skip(1).position(|word| RELATIVE.contains(word)).map_or(words.len(), |at| at + 1);
    let clause = own == 1 && words.len() > 1;
    clause || words[..own].iter().any(|word| FINITE.contains(word))
}

fn is_thing(span: Span<'_>) -> bool {
    let words: Vec<&str> = span.words().collect();
    let pronoun = matches!(words.first(), Some(&("you" | "we" | "i" | "they" | "to" | "there" | "before" | "after")));
    (1..=8).contains(&words.len())
        && !pronoun
        && !span.has_any(&FINITE)
        && !span.has_any(&RELATIVE)
        && !span.mask().contains(',')
}

/// The words as they stand, on one line; the first letter small unless the word has more capitals.
fn said(span: Span<'_>) -> String {
    let text = one_line(span.text());
    let first = text.split(' ').next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(letter) if letter.is_uppercase() && !first.chars().skip(1).any(char::is_uppercase) && first.len() > 1 => {
            letter.to_lowercase().chain(letters).collect()
        }
        _ => text,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
