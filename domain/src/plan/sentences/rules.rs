//! The rules: one function a form of sentence. Each reads all of its sentence or nothing.

use super::acts::{Acts, acts, demands};
use super::means::{after_you_can, before_you_can, by, purpose, requires_you, way};
use super::phrase::{self, Phrase, bare, condition, event, gerund, imperative, passive, thing};
use super::span::Span;
use super::{Told, units::Unit};

/// Words with which a sentence is no plain instruction: conditions, doubts, choices, tales, negations.
pub(super) const NEVER: [&str; 64] = [
    "preferably",
    "ideally",
    "perhaps",
    "maybe",
    "probably",
    "possibly",
    "if",
    "when",
    "whenever",
    "whether",
    "unless",
    "i",
    "he",
    "she",
    "they",
    "was",
    "were",
    "had",
    "did",
    "might",
    "could",
    "would",
    "may",
    "can",
    "cannot",
    "not",
    "never",
    "instead",
    "otherwise",
    "rather",
    "except",
    "although",
    "though",
    "but",
    "however",
    "yesterday",
    "ago",
    "usually",
    "sometimes",
    "optionally",
    "optional",
    "alternatively",
    "either",
    "neither",
    "no",
    "nor",
    "let's",
    "let’s",
    "recommend",
    "example",
    "suppose",
    "assume",
    "don't",
    "don’t",
    "can't",
    "can’t",
    "won't",
    "won’t",
    "isn't",
    "isn’t",
    "doesn't",
    "doesn’t",
    "until",
    "shouldn't",
];
const OPENINGS: [&str; 7] = ["note that", "please note that", "remember:", "remember that", "please", "also", "note:"];
const FORBIDDEN: [&str; 16] = [
    "you cannot",
    "you can not",
    "you can't",
    "you can’t",
    "you must not",
    "you should not",
    "you shouldn't",
    "we cannot",
    "we can't",
    "do not",
    "don't",
    "don’t",
    "never",
    "please do not",
    "please don't",
    "we must not",
];
/// Words of a heading whose list is no order.
const CHOICE: [&str; 8] = ["one", "any", "options", "option", "ways", "either", "choices", "rules"];
/// How a heading ends that promises steps and names no goal.
const STEPS: [&str; 5] = ["steps", "these steps", "the following steps", "do the following", "as follows"];
const CANNOT_BE: [&str; 6] =
    [" cannot be ", " can't be ", " can not be ", " must not be ", " should not be ", " can’t be "];

/// What a piece of a text tells; empty where no rule reads it.
pub(super) fn read(unit: &Unit<'_>) -> Vec<Told> {
    let told = match unit {
        Unit::Sentence(sentence) => self::sentence(*sentence),
        Unit::Run(sentences) => run(sentences),
        Unit::List { heading, items, numbered } => list(*heading, items, *numbered),
    };
    told.unwrap_or_default()
}

fn sentence(sentence: Span<'_>) -> Option<Vec<Told>> {
    // "… by running:" goes on in what follows.
    if sentence.mask().contains('?') || sentence.mask().trim_end().ends_with("ing:") {
        return None;
    }
    let mut sentence = sentence.trim();
    while let Some(rest) = sentence.after_any(&OPENINGS) {
        sentence = rest;
    }
    // What is said beside, at the end: "…, which is quick".
    if let Some((said, beside)) = sentence.around(", which ").filter(|(_, beside)| !beside.mask().contains(", ")) {
        sentence = if beside.has_any(&["then"]) { sentence } else { said };
    }
    let with_can = [forbidden, way, before_you_can, after_you_can, by, purpose];
    with_can.iter().find_map(|rule| rule(sentence)).or_else(|| {
        let plain = !sentence.has_any(&NEVER);
        let rules = [to, before, after, requires_you, requires, sequence];
        plain.then(|| rules.iter().find_map(|rule| rule(sentence)))?
    })
}

/// `to X, Y`, `to X, first Y`, `in order to X, you must Y`.
fn to(sentence: Span<'_>) -> Option<Vec<Told>> {
    let (goal, means) = sentence.after_any(&["to", "in order to"])?.around(", ")?;
    let goal = imperative(goal)?;
    if !goal.words.contains(' ') && means.around(", ").is_some() {
        // "To build, test and publish": the goal goes on behind the comma.
        return None;
    }
    if let Some(things) =
        means.after_any(&["you need", "you will need", "you must have"]).filter(|rest| rest.after("to").is_none())
    {
        return Some(vec![Told::requires(goal, things_of(things)?)?]);
    }
    if means.has_any(&["before", "after"]) {
        // Which of the acts has the condition is not said.
        return None;
    }
    let must = phrase::obliged(means).is_some()
        || imperative(bare(means)).is_none() && passive(means, &phrase::MUST_BE).is_some();
    let Acts { phrases, ordered, first } = demands(means)?;
    let prior = (must || first || alike(&phrases)) && !ordered;
    if prior || phrases.iter().any(|phrase| phrase.act.is_none()) {
        return Some(vec![Told::requires(goal, phrases)?]);
    }
    Some(vec![Told::Sequence { goal: Some(goal), steps: phrases }])
}

/// Whether two acts are one kind of act, done to two things: "add A and add B" says no order.
fn alike(acts: &[Phrase]) -> bool {
    let verb = |phrase: &Phrase| phrase.act.as_ref().and_then(|act| act.split(' ').next().map(str::to_owned));
    matches!(acts, [one, other] if verb(one) == verb(other))
}

/// `before X, Y`, `before X you must Y` and `Y before X`.
fn before(sentence: Span<'_>) -> Option<Vec<Told>> {
    let (later, earlier) = match sentence.after("before") {
        Some(rest) => match rest.around(", ") {
            Some(parts) => parts,
            None => rest.around(" you ").map(|(later, must)| Some((later, phrase::must(must)?)))??,
        },
        None => sentence.around(" before ").filter(main_clause).map(|(earlier, later)| (later, earlier))?,
    };
    let later = event(later)?;
    // "Must be done before" says the act in its subject.
    let done = passive(earlier, &phrase::MUST_BE).filter(|phrase| phrase.act.is_some());
    let Acts { phrases, ordered, .. } = match done {
        Some(phrase) => {
            Acts { phrases: vec![Phrase { words: phrase.act.clone()?, ..phrase }], ordered: false, first: false }
        }
        None => demands(earlier)?,
    };
    let mut told = vec![Told::requires(later, phrases.clone())?];
    if ordered {
        told.push(Told::sequence(None, phrases)?);
    }
    Some(told)
}

/// `after X, Y`, `once X, Y`, `Y after X`, `X only after Y`, `after X comes Y`.
fn after(sentence: Span<'_>) -> Option<Vec<Told>> {
    if let Some(rest) = sentence.after_any(&["after", "once", "as soon as"]) {
        if let Some((earlier, later)) = rest.around(" comes ") {
            let act = |span| gerund(span).or_else(|| imperative(span));
            return Some(vec![Told::sequence(None, vec![act(earlier)?, act(later)?])?]);
        }
        let (earlier, later) = rest.around(", ")?;
        return follows(condition(earlier)?, demands(later)?.phrases);
    }
    if sentence.has_any(&["another"]) {
        // "Insert a line after another": a place, no time.
        return None;
    }
    if let Some((later, earlier)) = [" only after ", " only once "].iter().find_map(|word| sentence.around(word)) {
        let later = imperative(later).or_else(|| demands(later)?.phrases.pop())?;
        return Some(vec![Told::requires(later, vec![condition(earlier)?])?]);
    }
    let parts = [" after ", " once ", " as soon as "].iter().find_map(|word| sentence.around(word));
    let (later, earlier) = parts.filter(main_clause)?;
    follows(condition(earlier)?, demands(later)?.phrases)
}

/// Whether "before" or "after" between two parts can only be of the whole: there is no clause about a thing before it, and no
/// purpose behind it that may be of either ("stop the writer before closing the file to save it").
fn main_clause((left, right): &(Span<'_>, Span<'_>)) -> bool {
    let of_all = phrase::ensured(*left).is_some() || !left.has_any(&phrase::RELATIVE);
    let goal = left.after_any(&["to", "in order to"]).is_some();
    of_all && !goal && !right.mask().contains(" to ")
}

fn follows(earlier: Phrase, later: Vec<Phrase>) -> Option<Vec<Told>> {
    if earlier.act.is_some() {
        return Some(vec![Told::sequence(None, std::iter::once(earlier).chain(later).collect())?]);
    }
    let mut told = vec![Told::requires(later.first()?.clone(), vec![earlier])?];
    if later.len() > 1 {
        told.push(Told::sequence(None, later)?);
    }
    Some(told)
}

/// `X requires Y`, `X needs Y`, `X depends on Y`.
fn requires(sentence: Span<'_>) -> Option<Vec<Told>> {
    let verbs = [" requires that ", " requires ", " require ", " depends on ", " depend on ", " needs "];
    let (act, needs) = verbs.iter().find_map(|verb| sentence.around(verb))?;
    if act.mask().contains(", ") {
        return None;
    }
    let act = gerund(act).or_else(|| imperative(act))?;
    Some(vec![Told::requires(act, things_of(needs)?)?])
}

/// `you cannot X until Y`, `do not X before Y`, `X cannot be done unless Y`.
fn forbidden(sentence: Span<'_>) -> Option<Vec<Told>> {
    let waits = [" until after ", " until ", " unless ", " before "];
    let (left, right) = waits.iter().find_map(|wait| sentence.around(wait))?;
    let later = match left.after_any(&FORBIDDEN) {
        Some(act) => imperative(act)?,
        None => {
            let phrase = passive(left, &CANNOT_BE)?;
            Phrase { words: phrase.act.clone()?, ..phrase }
        }
    };
    let plain = !later.words.split(' ').any(|word| NEVER.contains(&word)) && !right.has_any(&NEVER);
    plain.then(|| Some(vec![Told::requires(later, vec![condition(right)?])?]))?
}

/// `first A, then B, finally C`, `A and then B`, `A; B`.
fn sequence(sentence: Span<'_>) -> Option<Vec<Told>> {
    let Acts { phrases, ordered, .. } = acts(sentence)?;
    ordered.then(|| Some(vec![Told::sequence(None, phrases)?]))?
}

/// `First A. Then B. Finally C.`, the first perhaps `To X, first A.`
fn run(sentences: &[Span<'_>]) -> Option<Vec<Told>> {
    let plain = |one: &Span<'_>| !one.has_any(&NEVER) && !one.mask().contains('?');
    if !sentences.iter().all(plain) {
        return None;
    }
    let (first, others) = sentences.split_first()?;
    let goal = first.after_any(&["to", "in order to"]).and_then(|rest| rest.around(", "));
    let (goal, first) = match goal {
        Some((goal, first)) => (Some(imperative(goal)?), first),
        None => (None, *first),
    };
    let mut steps = Vec::new();
    for one in std::iter::once(first).chain(others.iter().copied()) {
        steps.extend(demands(bare(one))?.phrases);
    }
    Some(vec![Told::sequence(goal, steps)?])
}

/// A numbered list of acts, or one under `Steps to X:`.
fn list(heading: Option<Span<'_>>, items: &[Span<'_>], numbered: bool) -> Option<Vec<Told>> {
    let plain = |one: &Span<'_>| !one.has_any(&NEVER) && !one.mask().contains('?');
    if !items.iter().all(plain) || !heading.iter().all(plain) {
        return None;
    }
    if heading.is_some_and(|heading| heading.has_any(&CHOICE)) {
        return None;
    }
    let steps: Vec<Phrase> =
        items.iter().map(|item| demands(*item).map(|acts| acts.phrases)).collect::<Option<Vec<_>>>()?.concat();
    // To make sure of something is a step of a list.
    let steps = steps.into_iter().map(|step| match step.act {
        Some(_) => step,
        None => Phrase { act: Some(format!("make sure that {}", step.words)), ..step },
    });
    let steps: Vec<Phrase> = steps.collect();
    let Some(heading) = heading.map(Span::trim) else {
        return numbered.then(|| Some(vec![Told::sequence(None, steps)?]))?;
    };
    if numbered && STEPS.iter().any(|words| heading.mask().ends_with(words)) && heading.after("to").is_none() {
        return Some(vec![Told::sequence(None, steps)?]);
    }
    if let Some(later) = heading.after("before") {
        return Some(vec![Told::requires(event(later)?, steps)?]);
    }
    let named = heading.after_any(&["steps to", "the steps to", "how to", "steps for", "follow these steps to"]);
    let goal = named.or_else(|| heading.after_any(&["to", "in order to"]).filter(|_| numbered));
    let goal =
        goal.map(|goal| goal.around(", ").map_or(goal, |(goal, _)| goal)).or(Some(heading).filter(|_| numbered))?;
    let goal = imperative(goal).or_else(|| gerund(goal))?;
    Some(vec![Told::Sequence { goal: Some(goal), steps }])
}

/// Acts or things, as they stand after "requires".
fn things_of(span: Span<'_>) -> Option<Vec<Phrase>> {
    let one = |span| gerund(span).or_else(|| imperative(span)).or_else(|| thing(span)).or_else(|| phrase::state(span));
    let whole = span.trim();
    let parts: Vec<Span<'_>> = match whole.around(" and ") {
        Some((left, right)) if left.mask().contains(", ") => return split_list(left, right),
        Some((left, right)) => vec![left, right],
        None => return Some(vec![one(whole)?]),
    };
    let separate = |part: &Span<'_>| {
        gerund(*part).is_some() || imperative(*part).is_some_and(|_| part.words().count() > 1) || has_article(*part)
    };
    if parts.iter().all(separate) { parts.into_iter().map(one).collect() } else { Some(vec![one(whole)?]) }
}

fn split_list(left: Span<'_>, last: Span<'_>) -> Option<Vec<Phrase>> {
    let mut phrases = Vec::new();
    let mut rest = left;
    while let Some((part, more)) = rest.around(", ") {
        phrases.push(gerund(part).or_else(|| thing(part))?);
        rest = more;
    }
    for part in [rest, last] {
        phrases.push(gerund(part).or_else(|| thing(part))?);
    }
    Some(phrases)
}

fn has_article(span: Span<'_>) -> bool {
    matches!(span.words().next(), Some("a" | "an" | "the" | "your"))
}
