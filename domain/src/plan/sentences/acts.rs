//! Several things to do in one clause: `build the image, run the tests, and then deploy it`.

use super::phrase::{self, Phrase, bare, imperative};
use super::span::Span;

/// What a clause tells to do.
#[derive(Debug)]
pub(super) struct Acts {
    /// In the order of the text.
    pub(super) phrases: Vec<Phrase>,
    /// Whether words like "then" fix the order.
    pub(super) ordered: bool,
    /// Whether the clause says "first" of them.
    pub(super) first: bool,
}

/// Separators that fix an order, the longer ones first.
const THEN: [&str; 15] = [
    ", and then ",
    ", and finally ",
    ", then, ",
    ", then ",
    ", finally, ",
    ", finally ",
    ", after that ",
    ", next, ",
    ", next ",
    " and then ",
    " and finally ",
    "; then ",
    "; and ",
    "; ",
    ". ",
];
/// Separators that may as well stand between things.
const AND: [&str; 3] = [", and ", " and ", ", "];
/// How an imperative begins that is no step: reading on, leaving something be.
const NO_STEPS: [&str; 3] = ["see ", "check out ", "avoid "];
/// Words that begin a clause of another kind.
const ANOTHER: [&str; 12] =
    ["which", "who", "where", "because", "but", "since", "unless", "so", "or", "with", "using", "for"];

/// What a clause tells to do; `None` unless all of it is read.
pub(super) fn acts(clause: Span<'_>) -> Option<Acts> {
    let first = clause.has_any(&["first", "firstly"]);
    let parts = parts(clause);
    let ordered = parts.len() > 1 && parts.iter().any(|(_, strong)| *strong);
    let mut joined: Vec<Span<'_>> = Vec::new();
    let whole = clause.range().start;
    for (part, strong) in parts {
        let own = imperative(part).is_some() && bare(part).words().count() > 1;
        match joined.last_mut() {
            // "Review and merge the request": the object is of both.
            Some(before) if own && !strong && bare(*before).words().count() == 1 => {
                *before = clause.cut(before.range().start - whole, part.range().end - whole);
            }
            Some(before) if !own && !strong => {
                let words = part.words().count();
                let foreign = phrase::ensured(*before).is_some()
                    || part.words().next().is_none_or(|word| ANOTHER.contains(&word));
                if foreign || words > 5 {
                    return None;
                }
                *before = clause.cut(before.range().start - whole, part.range().end - whole);
            }
            _ => joined.push(part),
        }
    }
    let phrases = joined.into_iter().map(demand).collect::<Option<Vec<Vec<Phrase>>>>()?.concat();
    Some(Acts { phrases, ordered, first })
}

/// What is asked for in one breath: an act, what must be made sure of, what must be done.
fn demand(part: Span<'_>) -> Option<Vec<Phrase>> {
    if let Some(sure) = phrase::ensured(part) {
        let read = phrase::event(sure).or_else(|| imperative(sure)).or_else(|| phrase::state(sure));
        return Some(vec![read?]);
    }
    imperative(part).filter(|act| !NO_STEPS.iter().any(|words| act.words.starts_with(words))).map(|act| vec![act])
}

/// What a main clause demands: acts, with or without "you must", or that something must be done.
pub(super) fn demands(clause: Span<'_>) -> Option<Acts> {
    let clause = clause.trim();
    if let Some(must) = phrase::obliged(clause) {
        let first = clause.has_any(&["first"]);
        return acts(must).map(|acts| Acts { first: first || acts.first, ..acts });
    }
    let must_be = phrase::passive(bare(clause), &phrase::MUST_BE);
    if let Some(phrase) = must_be {
        let act = Phrase { words: phrase.act.clone()?, ..phrase };
        return Some(Acts { phrases: vec![act], ordered: false, first: false });
    }
    acts(clause)
}

fn parts(clause: Span<'_>) -> Vec<(Span<'_>, bool)> {
    let mask = clause.mask();
    let (mut parts, mut from, mut at, mut strong) = (Vec::new(), 0, 0, false);
    while at < mask.len() {
        let found = |separators: &[&'static str]| {
            separators.iter().find(|one| mask[at..].starts_with(**one)).map(|one| one.len())
        };
        let separator = found(&THEN).map(|len| (len, true)).or_else(|| found(&AND).map(|len| (len, false)));
        match separator {
            Some((len, is_strong)) => {
                parts.push((clause.cut(from, at).trim(), strong));
                (from, at, strong) = (at + len, at + len, is_strong);
            }
            None => at += mask[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push((clause.cut(from, mask.len()).trim(), strong));
    parts.retain(|(part, _)| !part.text().is_empty());
    parts
}
