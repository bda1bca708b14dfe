//! Plain English that tells how things are done, read as steps and their order.
//!
//! A small grammar, precise before it is wide: a sentence is read whole by one rule or left alone. Nothing is guessed:
//! questions, conditions (`if`, `when`), doubts and permissions (`may`, `can`), negations but for the forms below, tales in the
//! past tense, choices of acts (`or`), and clauses that point outside of themselves (`it`, `this`, `the following`) are no
//! procedures.
//!
//! ```text
//! text       = { sentence | run | list }
//! sentence   = "to" act "," ["you must"] ["first"] acts        acts, the last of which achieves the act; with "first" or
//!                                                              "you must": acts that the act requires
//!            | "to" act ", you can" acts                       one way: the last of them achieves the act
//!            | ["you can"] means ("to" | "in order to") act    the means achieves the act; means = act with "run", "use", "set x=y", …
//!            | ["you can"] act "by" gerund                     the gerund achieves the act
//!            | "to" act ", you need" things                    the act requires the things
//!            | "before you can" act "," demand | demand "before you can" act
//!            | ("after" | "once") condition ", you can" act | "you can" act ("after" | "once") condition
//!                                                              the act requires the condition
//!            | "before" event ("," demand | "you must" acts) | demand "before" event      the event requires what is demanded
//!            | ("after" | "once") condition "," demand
//!            | demand ("after" | "once") condition             one after the other
//!            | "after" act "comes" act
//!            | act "only" ("after" | "once") condition         the act requires the condition
//!            | act ("requires" | "needs" | "depends on") things | act "requires you to" act
//!            | ("you cannot" | "do not" | "never") act ("until" | "unless" | "before") condition
//!            | thing "cannot be" participle ("until" | "unless" | "before") condition
//!            | ["first"] act then act { then act }             one after the other
//! run        = "First" acts "." { ("Then" | "Next" | "Finally" | …) acts "." }      one after the other; may begin "To" act ","
//! list       = [heading ":"] item { item }                     acts, one an item, all of them read or none
//! heading    = ("steps to" | "how to" | "to") act | gerund | "before" event | … "steps"
//! then       = ", then" | "and then" | ", finally" | ";" | …
//! demand     = ["you must" | "you need to" | …] acts | thing ("must be" | "needs to be" | …) participle
//! acts       = act { (then | "," | "and") act }                "," and "and" part acts only where a verb and its object follow
//! act        = [adverb] verb rest | "make sure" (condition | act)         rest may end in "that …", "which …"
//! event      = gerund rest | ("you" | "we") verb rest | thing ("is" | "has been") participle [preposition rest]
//! condition  = event | state                                   a state is a clause with "is", "has" or a verb at its end
//! ```
//!
//! A verb is one of `verbs.txt`. What stands in quotation marks, backquotes or brackets is never taken apart. `building the
//! image`, `you have built the image` and `the image is built` are the act `build the image`; a state and a thing are no
//! acts: they must be so, and nothing is invented that would make them so.

mod actions;
mod acts;
mod means;
mod phrase;
mod rules;
mod span;
mod units;
mod verbs;

use std::ops::Range;

pub use actions::{DERIVED, derive};
pub use phrase::Phrase;

/// What a piece of a text tells, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it tells.
    pub told: Told,
    /// Where: bytes of the text, on character boundaries.
    pub range: Range<usize>,
}

/// What a sentence tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Before the act, all of these must be done or be so. The act has an imperative.
    Requires {
        /// The act.
        act: Phrase,
        /// What it needs; at least one.
        needs: Vec<Phrase>,
    },
    /// One after the other; together they achieve the goal if one is named.
    Sequence {
        /// What the last of them achieves; has an imperative.
        goal: Option<Phrase>,
        /// At least two, or one with a goal; each has an imperative.
        steps: Vec<Phrase>,
    },
}

impl Told {
    fn requires(act: Phrase, needs: Vec<Phrase>) -> Option<Self> {
        (act.act.is_some() && !needs.is_empty() && needs.iter().all(|need| need.act != act.act))
            .then_some(Self::Requires { act, needs })
    }

    fn sequence(goal: Option<Phrase>, steps: Vec<Phrase>) -> Option<Self> {
        let enough = steps.len() + usize::from(goal.is_some()) > 1;
        (enough && steps.iter().all(|step| step.act.is_some())).then_some(Self::Sequence { goal, steps })
    }
}

/// What a text tells of how things are done, in reading order; empty where nothing is read.
///
/// ```
/// use domain::plan::sentences::{Told, read};
///
/// let text = "Nice weather. Before deploying the service, run the migrations.";
/// let readings = read(text);
/// assert_eq!(&text[readings[0].range.clone()], "Before deploying the service, run the migrations.");
/// let Told::Requires { act, needs } = &readings[0].told else { panic!("an order") };
/// assert_eq!((act.words.as_str(), needs[0].words.as_str()), ("deploy the service", "run the migrations"));
/// assert!(read("If you deploy the service, run the migrations before that.").is_empty());
/// ```
pub fn read(text: &str) -> Vec<Reading> {
    let mask = span::mask(text);
    let whole = span::Span::new(text, &mask);
    let units = units::units(text, whole);
    units
        .iter()
        .flat_map(|unit| rules::read(unit).into_iter().map(|told| Reading { told, range: range(unit) }))
        .collect()
}

fn range(unit: &units::Unit<'_>) -> Range<usize> {
    let (first, last) = match unit {
        units::Unit::Sentence(one) => (*one, *one),
        units::Unit::Run(all) => (all[0], all[all.len() - 1]),
        units::Unit::List { heading, items, .. } => (heading.unwrap_or(items[0]), items[items.len() - 1]),
    };
    first.range().start..last.range().end
}
