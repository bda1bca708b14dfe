//! Sentences that name a means and its end, or say what can be done and after what: the rest of the rules.

use super::Told;
use super::acts::{acts, demands};
use super::phrase::{self, Phrase, addressed, bare, condition, gerund, imperative};
use super::rules::NEVER;
use super::span::Span;

/// Verbs whose object is a means: with "to" behind it they say what for.
const MEANS: [&str; 11] =
    ["run", "use", "execute", "type", "enter", "press", "invoke", "issue", "pass", "specify", "call"];
/// Words whose own "to" follows them: "easy to read".
const TO: [&str; 18] = [
    "easy", "hard", "able", "ready", "need", "how", "where", "what", "way", "ways", "want", "possible", "used", "free",
    "going", "likely", "have", "when",
];
/// Verbs that say nothing of what is reached.
const BEGINNING: [&str; 6] = ["start", "begin", "get", "try", "help", "finish"];
const YOU_CAN: [&str; 6] = ["you can now", "you can then", "you can", "you may", "you could", "you are able to"];

/// `to X, you can Y`: one way of doing it.
pub(super) fn way(sentence: Span<'_>) -> Option<Vec<Told>> {
    let (goal, means) = sentence.after_any(&["to", "in order to"])?.around(", ")?;
    let means = means.after_any(&YOU_CAN)?;
    let (goal, steps) = (imperative(plain(goal)?)?, acts(plain(means)?)?.phrases);
    steps.iter().all(|step| step.act.is_some()).then(|| vec![Told::Sequence { goal: Some(goal), steps }])
}

/// `before you can X, Y` and `Y before you can X`.
pub(super) fn before_you_can(sentence: Span<'_>) -> Option<Vec<Told>> {
    let (before, after) = sentence.around("before you can ")?;
    let (earlier, later) = if before.text().is_empty() {
        let (later, earlier) = after.around(", ")?;
        (earlier, later)
    } else {
        (before, after)
    };
    let (earlier, later) = (demands(plain(earlier)?)?, imperative(plain(later)?)?);
    let mut told = vec![Told::requires(later, earlier.phrases.clone())?];
    if earlier.ordered {
        told.push(Told::sequence(None, earlier.phrases)?);
    }
    Some(told)
}

/// `after X, you can Y` and `you can Y after X`: Y needs X.
pub(super) fn after_you_can(sentence: Span<'_>) -> Option<Vec<Told>> {
    let words = ["after", "once", "as soon as"];
    let (earlier, later) = match sentence.after_any(&words) {
        Some(rest) => {
            let (earlier, later) = rest.around(", ")?;
            (earlier, later.after_any(&YOU_CAN)?)
        }
        None => {
            let able = sentence.after_any(&YOU_CAN)?;
            let (later, earlier) = [" after ", " once ", " as soon as "].iter().find_map(|word| able.around(word))?;
            (earlier, later)
        }
    };
    let (earlier, later) = (condition(plain(earlier)?)?, acts(plain(later)?)?);
    let [act] = &later.phrases[..] else { return None };
    Some(vec![Told::requires(act.clone(), vec![earlier])?])
}

/// `run X to Y`, `use X in order to Y`, `you can use X to Y`: Y is what running or using X does.
pub(super) fn purpose(sentence: Span<'_>) -> Option<Vec<Told>> {
    let sentence = plain(sentence.after_any(&YOU_CAN).unwrap_or(sentence))?;
    let means = bare(sentence);
    let verb = means.words().next()?;
    let assigns = || verb == "set" && means.text().split(" to ").next().is_some_and(|object| object.contains('='));
    (MEANS.contains(&verb) || assigns()).then_some(())?;
    let (means, goal) = means.around(" in order to ").or_else(|| means.around(" to "))?;
    let goal = imperative(goal).filter(|goal| goal.words.contains(' '))?;
    let complete = means.words().last().is_some_and(|word| !TO.contains(&word));
    let step = imperative(means).filter(|_| complete)?;
    one_thought(sentence).then(|| vec![Told::Sequence { goal: Some(goal), steps: vec![step] }])
}

/// `X by doing Y`, `you can X by doing Y`.
pub(super) fn by(sentence: Span<'_>) -> Option<Vec<Told>> {
    let sentence = plain(sentence.after_any(&YOU_CAN).unwrap_or(sentence))?;
    let (goal, means) = sentence.around(" by ")?;
    let goal = imperative(goal).filter(|goal| goal.words.contains(' '))?;
    let says = bare(sentence).words().next().is_some_and(|verb| !BEGINNING.contains(&verb));
    let step = gerund(means)?;
    (says && one_thought(sentence)).then(|| vec![Told::Sequence { goal: Some(goal), steps: vec![step] }])
}

/// `doing X requires you to Y`, `doing X requires that you Y`.
pub(super) fn requires_you(sentence: Span<'_>) -> Option<Vec<Told>> {
    let act = |span| gerund(span).or_else(|| imperative(span));
    let need = |span: Span<'_>| imperative(span).map(|need| vec![need]);
    let (left, needs) = match sentence.around(" requires you to ") {
        Some((left, right)) => (left, need(right)?),
        None => {
            let (left, right) = sentence.around(" requires that ")?;
            let done: Phrase = addressed(right).or_else(|| phrase::event(right))?;
            (left, vec![done])
        }
    };
    Some(vec![Told::requires(act(left)?, needs)?])
}

/// Whether nothing is strung together.
fn one_thought(sentence: Span<'_>) -> bool {
    let mask = sentence.mask();
    !mask.contains(", ") && !mask.contains(" then ") && !mask.contains(';')
}

/// The span, if none of the words stands in it with which it would be no plain instruction.
fn plain(span: Span<'_>) -> Option<Span<'_>> {
    (!span.has_any(&NEVER)).then_some(span)
}
