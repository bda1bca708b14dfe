//! Whether two texts may be two wordings of one fact. The likeness of meaning comes from outside; what it cannot see is
//! refused here.

use std::collections::BTreeSet;

use super::fact::Fact;

/// Two texts state the same fact if the cosine of their encodings is at least this. It is high on purpose: a step that
/// rests on a wrong match is worse than a gap.
pub const SAME: f32 = 0.85;

/// Words that turn a meaning round.
const NEGATIONS: [&str; 8] = ["not", "no", "never", "without", "cannot", "none", "nothing", "neither"];

/// Words that a vector hardly tells apart and that mean the contrary.
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
/// another order, nor where numbers, single letters, negations or contraries are the difference.
pub fn may_be_same(a: &Fact, b: &Fact) -> bool {
    let words = |fact: &'_ Fact| fact.as_str().split(' ').map(str::to_owned).collect::<BTreeSet<String>>();
    let (a, b) = (words(a), words(b));
    let (only_a, only_b): (Vec<&String>, Vec<&String>) = (a.difference(&b).collect(), b.difference(&a).collect());
    let telling = |word: &&String| {
        word.chars().any(|c| c.is_numeric())
            || (word.chars().count() == 1 && *word != "a")
            || NEGATIONS.contains(&word.as_str())
    };
    let turned = only_a.iter().any(|x| only_b.iter().any(|y| contrary(x, y) || contrary(y, x)));
    a != b && !only_a.iter().chain(&only_b).any(telling) && !turned
}

fn contrary(x: &str, y: &str) -> bool {
    CONTRARIES.contains(&(x, y)) || PREFIXES.iter().any(|prefix| y.strip_prefix(prefix) == Some(x))
}
