//! Turns of a session are read together with their neighbours.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/asking.rs"]
mod asking;
#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/turns.rs"]
mod turns;

use std::sync::Arc;

use asking::{ask, index, put};
use domain::index::NamespaceIndex;
use domain::memory::{Memory, MemoryId, Seq};
use domain::recall::term::Term;
use domain::time::Timestamp;
use memories::cue;
use turns::turn;

/// What the memory of that number shares in words, 0 where it is no candidate.
fn shared(index: &NamespaceIndex, text: &str, number: u128) -> f32 {
    let found = index.search(&cue(text)).candidates;
    let one = found.iter().find(|one| one.memory.id.0.as_u128() == number);
    one.map_or(0.0, |one| one.signals.get(Term::Lexical))
}

/// Three talks of two turns and one more, so that words are told apart: what the second turn shares with the first.
fn inherited(first: &str, asker: &str) -> f32 {
    let index = index([
        turn(1, "s1", asker, first),
        turn(2, "s1", "Bob", "Green, at last"),
        turn(3, "s2", "Cy", "Trains are slow today"),
        turn(4, "s2", "Bob", "Buses come never"),
    ]);
    shared(&index, "shed colour", 2) / shared(&index, "shed colour", 1)
}

fn seconds(mut memory: Memory, at: i64) -> Memory {
    memory.times.occurred = Some(Timestamp::from_micros(0).unwrap().plus_seconds(at));
    memory
}

fn long(about: &str) -> String {
    format!("{about}. {}", "nothing of note was written down here then. ".repeat(15))
}

#[test]
fn an_answer_inherits_its_question() {
    let asked = inherited("What colour is the shed?", "Ann");
    assert!(asked > 0.8, "{asked}");
    assert!(asked > 1.2 * inherited("What colour is the shed?", "Bob"), "nobody answers himself");
    assert!(asked > 1.2 * inherited("I like the colour of the shed", "Ann"), "nothing was asked");
}

#[test]
fn half_a_turn_of_questions_is_a_question() {
    let half = inherited("My shed. Which colour?", "Ann");
    assert!((half - inherited("My shed? Which colour?", "Ann")).abs() < 1e-6);
    assert!(half > 1.1 * inherited("My shed. Colour? So. So.", "Ann"));
}

#[test]
fn a_turn_is_read_with_two_before_and_two_after() {
    let words = ["apple", "beech", "cedar", "aspen", "elder", "larch", "maple", "olive", "rowan"];
    let index = index((1..).zip(words).map(|(number, word)| turn(number, "s1", "Ann", word)));
    let mut found = ask(&index, "elder");
    assert_eq!(found[0], 5);
    found.sort_unstable();
    assert_eq!(found, [3, 4, 5, 6, 7]);
    let [next, after, before, two_before] = [6, 7, 4, 3].map(|number| shared(&index, "elder", number));
    assert_eq!(next, after, "what stands one and two before counts the same unless it was asked");
    assert!(next > before && before > two_before && two_before > 0.0);
}

#[test]
fn neighbours_are_taken_within_one_session_only() {
    let index = index([
        turn(1, "s1", "Ann", "the ferry leaves at noon"),
        turn(2, "s2", "Ann", "bring bread"),
        turn(3, "", "Ann", "bring cheese"),
        turn(4, "", "Ann", "bring olives"),
        turn(5, "s1", "Ann", "bring wine"),
    ]);
    let mut found = ask(&index, "ferry");
    found.sort_unstable();
    assert_eq!(found, [1, 5]);
    assert_eq!(ask(&index, "cheese"), [3]);
}

#[test]
fn turns_stand_in_the_order_in_which_they_happened() {
    let index = index([
        seconds(turn(1, "s1", "Ann", "last"), 90),
        seconds(turn(2, "s1", "Ann", "kestrel"), 30),
        seconds(turn(3, "s1", "Ann", "further"), 60),
        seconds(turn(4, "s1", "Ann", "follows"), 40),
        seconds(turn(5, "s1", "Ann", "begins"), 10),
    ]);
    let mut found = ask(&index, "kestrel");
    found.sort_unstable();
    assert_eq!(found, [2, 3, 4, 5], "the one at 90 is three turns away");
}

#[test]
fn of_turns_at_one_moment_the_first_stored_stands_first() {
    let words = ["ash", "birch", "cherry", "date"];
    let mut stored_late = NamespaceIndex::new(None);
    for place in [2, 0, 3, 1] {
        let memory = turn(place as u128 + 1, "s1", "Ann", words[place]);
        stored_late.put_since(Seq(place as i64 + 1), Seq(100 + place as i64), Arc::new(memory));
    }
    let in_order = index((1..).zip(words).map(|(number, word)| turn(number, "s1", "Ann", word)));
    for number in 1..=4 {
        assert_eq!(shared(&stored_late, "ash", number), shared(&in_order, "ash", number), "turn {number}");
    }
}

#[test]
fn a_turn_whose_first_place_is_learnt_later_leaves_nothing_behind() {
    let others = || [turn(2, "s1", "Ann", "bread"), turn(3, "s1", "Ann", "cheese")];
    let mut index = index(others());
    let late = Arc::new(turn(4, "s1", "Ann", "kestrel"));
    index.put_since(Seq(7), Seq(7), late.clone());
    index.put_since(Seq(1), Seq(8), late.clone());
    assert_eq!(ask(&index, "kestrel")[..2], [4, 2], "it stands before the bread now");
    assert!(index.erase(late.id));
    put(&mut index, turn(9, "s2", "Ann", "kestrel"));
    assert_eq!(ask(&index, "kestrel"), [9], "nobody stands beside what is in its slot now");
}

#[test]
fn a_late_arrival_and_an_erasure_change_two_turns_on_each_side() {
    let turns = || -> Vec<Memory> {
        let texts = ["one fish", "two fish?", "red fish", "blue fish?", "old fish", "new fish", "this one"];
        (1..)
            .zip(texts)
            .map(|(at, text)| {
                seconds(turn(at, "s1", if at.is_multiple_of(2) { "Ann" } else { "Bob" }, text), at as i64)
            })
            .collect()
    };
    let seen = |index: &NamespaceIndex| -> Vec<f32> {
        ["one", "two fish", "red", "blue one"].iter().flat_map(|text| (1..=7).map(|n| shared(index, text, n))).collect()
    };
    let whole = index(turns());
    let mut late = index(turns().into_iter().filter(|memory| memory.id.0.as_u128() != 4));
    let without = seen(&late);
    put(&mut late, turns().remove(3));
    assert_eq!(seen(&late), seen(&whole));
    assert!(late.erase(MemoryId(uuid::Uuid::from_u128(4))));
    assert_eq!(seen(&late), without);
    assert_ne!(without, seen(&whole));
}

#[test]
fn a_long_memory_is_no_neighbour() {
    let index = index([
        turn(1, "s1", "Ann", "bread"),
        turn(2, "s1", "Ann", &long("The kestrel nests in the tower")),
        turn(3, "s1", "Ann", "cheese"),
    ]);
    assert_eq!(ask(&index, "kestrel"), [2]);
    let mut found = ask(&index, "bread");
    found.sort_unstable();
    assert_eq!(found, [1, 3], "what stands on both sides of it stands side by side");
}
