//! Whether two texts may be two wordings of one fact. The likeness of meaning comes from outside; what it cannot see is
//! refused here.

use std::collections::BTreeSet;

use super::fact::Fact;
use crate::text::words::words;

/// Two texts state the same fact if the cosine of their encodings is at least this. It is high on purpose: a step that
/// rests on a wrong match is worse than a gap. Chosen on pairs of facts, `adapters/static-encoder/tests/facts.rs`.
pub const SAME: f32 = 0.93;

/// Words that turn a meaning round.
const NEGATIONS: [&str; 8] = ["not", "no", "never", "without", "cannot", "none", "nothing", "neither"];

/// Words that say that something is not so yet, not wholly, or no longer.
const UNDONE: [&str; 23] = [
    "will", "shall", "should", "must", "may", "might", "can", "could", "would", "being", "be", "was", "were", "almost",
    "nearly", "partly", "half", "part", "soon", "ready", "yet", "until", "if",
];

/// Words that a vector hardly tells apart and that mean the contrary; of others one text has what the other lacks.
const CONTRARIES: [(&str, &str); 14] = [
    ("open", "closed"),
    ("up", "down"),
    ("on", "off"),
    ("in", "out"),
    ("started", "stopped"),
    ("running", "stopped"),
    ("before", "after"),
    ("empty", "full"),
    ("enabled", "disabled"),
    ("passed", "failed"),
    ("pass", "fail"),
    ("locked", "unlocked"),
    ("old", "new"),
    ("first", "last"),
];

/// Syllables before a word that turn it round.
const PREFIXES: [&str; 6] = ["un", "dis", "in", "im", "de", "non"];

/// Whether the words in which two facts differ leave it open that they mean the same: not where the same words stand in
/// another order, nor where numbers, single letters, negations, contraries or what is not so yet are the difference, nor
/// where each has a word of content, by its stem, that the other lacks (`image built`, `image pushed`).
pub fn may_be_same(a: &Fact, b: &Fact) -> bool {
    if differ_both(a, b) {
        return false;
    }
    let words = |fact: &'_ Fact| fact.as_str().split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
    let (a, b) = (words(a), words(b));
    let (only_a, only_b): (Vec<&String>, Vec<&String>) = (a.difference(&b).collect(), b.difference(&a).collect());
    let telling = |word: &&String| {
        word.chars().any(|c| c.is_numeric())
            || (word.chars().count() == 1 && *word != "a")
            || NEGATIONS.contains(&word.as_str())
            || UNDONE.contains(&word.as_str())
    };
    let turned = only_a.iter().any(|x| only_b.iter().any(|y| contrary(x, y) || contrary(y, x)));
    let goes_on = |words: &[&String]| words.iter().any(|word| word.ends_with("ing"));
    let under_way = goes_on(&only_a) != goes_on(&only_b);
    a != b && !only_a.iter().chain(&only_b).any(telling) && !turned && !under_way
}

/// Whether each has a word of content that the other lacks.
fn differ_both(a: &Fact, b: &Fact) -> bool {
    let stems = |fact: &Fact| words(fact.as_str()).into_iter().collect::<BTreeSet<String>>();
    let (a, b) = (stems(a), stems(b));
    !a.is_subset(&b) && !b.is_subset(&a)
}

fn contrary(x: &str, y: &str) -> bool {
    CONTRARIES.contains(&(x, y)) || PREFIXES.iter().any(|prefix| y.strip_prefix(prefix) == Some(x))
}
