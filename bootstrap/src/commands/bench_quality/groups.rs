//! The questions by what they are reported under.

use super::corpus::{Corpus, questions};

/// Questions that are reported together.
pub(crate) struct Group {
    /// What the group is: `all`, `category`, `conversation` or `apart`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Places of its questions among all.
    pub members: Vec<usize>,
}

/// All questions that can be answered; each category (also the adversarial one); each corpus; those named `apart`
/// together. Questions without gold are in none.
pub(crate) fn groups(corpora: &[Corpus], apart: &[String]) -> Vec<Group> {
    let asked = questions(corpora);
    let pick = |kind, name: &str, belongs: &dyn Fn(usize, Option<&str>, bool) -> bool| {
        let belongs = |at: &usize| {
            let (place, question) = asked[*at];
            !question.gold.is_empty() && belongs(place, question.category.as_deref(), question.adversarial)
        };
        Group { kind, name: name.to_string(), members: (0..asked.len()).filter(belongs).collect() }
    };
    let mut groups = vec![pick("all", "all but adversarial", &|_, _, adversarial| !adversarial)];
    let mut categories: Vec<&str> = asked.iter().filter_map(|(_, question)| question.category.as_deref()).collect();
    categories.sort_unstable();
    categories.dedup();
    for category in categories {
        groups.push(pick("category", category, &|_, of, _| of == Some(category)));
    }
    if asked.iter().any(|(_, question)| question.adversarial && question.category.is_none()) {
        groups.push(pick("category", "adversarial", &|_, of, adversarial| adversarial && of.is_none()));
    }
    if !apart.is_empty() {
        let named = |place: usize| apart.contains(&corpora[place].name);
        groups.push(pick("apart", &apart.join(" + "), &|place, _, adversarial| !adversarial && named(place)));
    }
    for (number, corpus) in corpora.iter().enumerate() {
        groups.push(pick("conversation", &corpus.name, &|place, _, adversarial| !adversarial && place == number));
    }
    groups.retain(|group| !group.members.is_empty());
    groups
}
