//! What sentences tell, as actions of a planning task.

use std::collections::BTreeMap;

use super::{Phrase, Told, read};
use crate::memory::MemoryId;
use crate::plan::Quote;
use crate::plan::fact::Fact;
use crate::plan::knowledge::KnownAction;

/// How sure an action is that was read in plain sentences, where a procedure is 1: about the share of rightly read steps
/// less what a sentence leaves unsaid.
pub const DERIVED: f64 = 0.8;

/// The actions that texts tell of, each with the sentences that it is read from.
///
/// What a sentence requires of an act holds wherever the act is done. The order of a sequence holds in that sequence, so an
/// act may come back several times. An act that one of `procedures` already does is not told again, unless a sentence says
/// what it leads to: then it asks for all that the procedure asks for.
pub fn derive<'a>(
    texts: impl IntoIterator<Item = (MemoryId, &'a str)>,
    procedures: &[KnownAction],
) -> Vec<KnownAction> {
    let mut told = Acts::default();
    for (memory, text) in texts {
        for reading in read(text) {
            let quote = Quote { memory, text: text[reading.range.clone()].to_owned(), range: reading.range };
            told.hear(reading.told, &quote);
        }
    }
    told.actions(procedures)
}

/// Acts by their words without articles.
#[derive(Default)]
struct Acts {
    numbers: BTreeMap<Fact, usize>,
    acts: Vec<Act>,
}

struct Act {
    words: String,
    /// What it needs wherever it is done.
    needs: Vec<String>,
    /// Other words for its being done.
    done: Vec<String>,
    quotes: Vec<Quote>,
    /// Its places in sequences.
    places: Vec<Place>,
}

#[derive(Default, Clone, PartialEq)]
struct Place {
    needs: Vec<String>,
    achieves: Option<String>,
    quotes: Vec<Quote>,
}

impl Acts {
    fn hear(&mut self, told: Told, quote: &Quote) {
        match told {
            Told::Requires { act, needs } => {
                let needs: Vec<String> = needs.iter().map(|need| self.need(need, quote)).collect();
                if let Some(at) = self.act(&act, quote) {
                    let known = &mut self.acts[at].needs;
                    needs.into_iter().for_each(|need| {
                        if !known.contains(&need) {
                            known.push(need)
                        }
                    });
                }
            }
            Told::Sequence { goal, steps } => self.follow(goal, &steps, quote),
        }
    }

    fn follow(&mut self, goal: Option<Phrase>, steps: &[Phrase], quote: &Quote) {
        let achieved = goal.and_then(|goal| goal.act).map(|goal| self.worded(&goal));
        let mut before: Option<String> = None;
        for (at, step) in steps.iter().enumerate() {
            let need = self.need(step, quote);
            let achieves = achieved.clone().filter(|_| at + 1 == steps.len());
            if let Some(number) = self.act(step, quote)
                && (before.is_some() || achieves.is_some())
            {
                let needs = before.take().into_iter().collect();
                self.acts[number].places.push(Place { needs, achieves, quotes: vec![quote.clone()] });
            }
            before = Some(need);
        }
    }

    /// The words by which something needed is known.
    fn need(&mut self, phrase: &Phrase, quote: &Quote) -> String {
        let Some(at) = self.act(phrase, quote) else { return phrase.words.clone() };
        let act = &mut self.acts[at];
        if phrase.act.as_ref() == Some(&phrase.words) {
            return act.words.clone();
        }
        if !act.done.contains(&phrase.words) {
            act.done.push(phrase.words.clone());
        }
        phrase.words.clone()
    }

    fn act(&mut self, phrase: &Phrase, quote: &Quote) -> Option<usize> {
        let words = phrase.act.as_ref()?;
        let key = key(words)?;
        let at = *self.numbers.entry(key).or_insert_with(|| {
            let words = words.clone();
            self.acts.push(Act { words, needs: Vec::new(), done: Vec::new(), quotes: Vec::new(), places: Vec::new() });
            self.acts.len() - 1
        });
        let quotes = &mut self.acts[at].quotes;
        if !quotes.contains(quote) {
            quotes.push(quote.clone());
        }
        Some(at)
    }

    /// The words in which an act is already known.
    fn worded(&self, words: &str) -> String {
        key(words)
            .and_then(|key| self.numbers.get(&key))
            .map_or_else(|| words.to_owned(), |&at| self.acts[at].words.clone())
    }

    fn actions(self, procedures: &[KnownAction]) -> Vec<KnownAction> {
        let by_name: BTreeMap<Fact, &KnownAction> =
            procedures.iter().filter_map(|one| Some((key(&one.action)?, one))).collect();
        self.acts
            .into_iter()
            .flat_map(|act| {
                let procedure = key(&act.words).and_then(|key| by_name.get(&key).copied());
                act.actions(procedure)
            })
            .collect()
    }
}

impl Act {
    fn actions(self, procedure: Option<&KnownAction>) -> Vec<KnownAction> {
        let mut places = self.places.clone();
        if places.is_empty() {
            places.push(Place { quotes: self.quotes.clone(), ..Place::default() });
        }
        if procedure.is_some() {
            places.retain(|place| place.achieves.is_some());
        }
        places.into_iter().filter_map(|place| self.action(place, procedure)).collect()
    }

    fn action(&self, place: Place, procedure: Option<&KnownAction>) -> Option<KnownAction> {
        let mut quotes = place.quotes;
        if !self.needs.is_empty() {
            self.quotes.iter().for_each(|quote| {
                if !quotes.contains(quote) {
                    quotes.push(quote.clone())
                }
            });
        }
        let asked = procedure.map(|one| one.needs.as_slice()).unwrap_or_default();
        let led = procedure.map(|one| one.effects.as_slice()).unwrap_or_default();
        let memory = quotes.first()?.memory;
        let mut because: Vec<MemoryId> = Vec::new();
        for id in quotes.iter().map(|quote| quote.memory).chain(procedure.map(|one| one.memory)) {
            if id != memory && !because.contains(&id) {
                because.push(id);
            }
        }
        Some(KnownAction {
            memory,
            because,
            quotes,
            action: self.words.clone(),
            needs: self.needs.iter().chain(&place.needs).chain(asked).cloned().collect(),
            effects: self.done.iter().chain(&place.achieves).chain(led).cloned().collect(),
            cost: procedure.map(|one| one.cost).unwrap_or_default(),
            sureness: DERIVED,
        })
    }
}

fn key(words: &str) -> Option<Fact> {
    let fact = Fact::of(words)?;
    let kept: Vec<&str> =
        fact.as_str().split(' ').filter(|word| !matches!(*word, "the" | "a" | "an" | "your" | "our")).collect();
    Fact::of(&kept.join(" "))
}
