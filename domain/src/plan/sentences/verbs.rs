//! The verbs that an act may begin with, and their forms.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Verbs in base form; `base=participle` where the participle is not regular.
const VERBS: &str = include_str!("verbs.txt");

struct Forms {
    /// By base form: nothing else is known of it.
    bases: BTreeMap<&'static str, ()>,
    /// By irregular participle: the base form.
    irregular: BTreeMap<&'static str, &'static str>,
}

static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let mut forms = Forms { bases: BTreeMap::new(), irregular: BTreeMap::new() };
    for word in VERBS.split_whitespace() {
        let (base, participle) = word.split_once('=').unwrap_or((word, ""));
        forms.bases.insert(base, ());
        if !participle.is_empty() {
            forms.irregular.insert(participle, base);
        }
    }
    forms
});

/// The base form that is written so, in lower case.
pub(super) fn base(word: &str) -> Option<&'static str> {
    FORMS.bases.get_key_value(word).map(|(base, ())| *base)
}

/// The base form of a word in `-ing`.
pub(super) fn of_gerund(word: &str) -> Option<&'static str> {
    of_stem(word.strip_suffix("ing")?)
}

/// The base form of a past participle.
pub(super) fn of_participle(word: &str) -> Option<&'static str> {
    if let Some(base) = FORMS.irregular.get(word) {
        return Some(base);
    }
    let stem = word.strip_suffix("ed")?;
    let with_y = || base(&format!("{}y", stem.strip_suffix('i')?));
    of_stem(stem).or_else(with_y)
}

/// Whether a word is a verb of the third person or in base form: `starts`, `pass`, `passes`.
pub(super) fn is_finite(word: &str) -> bool {
    let third = |suffix| word.strip_suffix(suffix).is_some_and(|stem| base(stem).is_some());
    base(word).is_some() || third("s") || third("es")
}

/// `build`, `mak` of `make`, `runn` of `run`.
fn of_stem(stem: &str) -> Option<&'static str> {
    let single = || {
        let last = stem.chars().next_back()?;
        stem.strip_suffix(last).filter(|rest| rest.ends_with(last)).and_then(base)
    };
    base(stem).or_else(|| base(&format!("{stem}e"))).or_else(single)
}
