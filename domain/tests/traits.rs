//! The traits of a memory's words, and what they count for a question.

use domain::recall::kind::{Asked, asked, signal};
use domain::recall::prior;
use domain::text::script::latin_share;
use domain::text::traits::{Traits, traits};
use proptest::prelude::*;

fn of(text: &str) -> Traits {
    traits(text, |word| word == "ann" || word == "lee")
}

#[test]
fn traits_are_small() {
    assert_eq!(size_of::<Traits>(), 12);
}

#[test]
fn questions_are_a_share_of_the_sentences() {
    let some = of("Great! Where did you go? I stayed. And you? [a map?]");
    assert_eq!((some.question, some.asks), (0.5, true));
    assert_eq!(prior::question(&some), 1.0);
    assert_eq!(prior::question(&of("Where? There.")), 0.5);
    assert_eq!(prior::question(&of("")), 0.0);
}

#[test]
fn capitals_inside_sentences_count() {
    for (text, capitals) in [
        ("We went to Paris with Bob.", 2),
        ("Paris is fine. Rome too.", 0),
        ("So I said I'm off, and I’ve told Ann Lee and Lee's cat", 0),
        ("We saw the Eiffel Tower [a Tower in Paris]", 2),
        ("nous voilà à Évian", 1),
        ("I like the iPhone and the E5", 1),
    ] {
        assert_eq!(of(text).capitals, capitals, "{text}");
    }
    assert_eq!(prior::capitals(&of("no")), 0.0);
    assert!((prior::capitals(&of("to Paris")) - 2f32.ln() / 1.5).abs() < 1e-6);
    assert_eq!(prior::capitals(&of("to A B C D E F G")), 1.0);
}

#[test]
fn the_first_person_is_heard_in_contractions() {
    for text in ["I did", "so i’ve been", "in my house", "we'll see", "We agree"] {
        assert!(of(text).first_person, "{text}");
    }
    for text in ["us and our dog", "it is mine", "you and me", "the well, the id", "IT"] {
        assert!(!of(text).first_person, "{text}");
    }
}

#[test]
fn times_are_told_in_many_ways() {
    for text in [
        "yesterday's talk",
        "Tonight!",
        "two years ago",
        "recently",
        "on Friday",
        "last night",
        "next week",
        "this summer",
        "in June",
        "since 1998",
        "in 2023",
        "the 3rd time",
        "last May",
        "8 May",
        "May 8",
        "in march",
        "the 1990s",
        "2023-05-08",
        "Last year",
    ] {
        assert!(of(text).time_expression, "{text}");
    }
    for text in [
        "you may go",
        "they march on",
        "this thing",
        "next door",
        "at last",
        "room 1234 or 20235",
        "5 apples",
        "the end",
        "they last. Week by week",
        "[yesterday] x",
        "look [last week]",
    ] {
        assert_eq!(of(text).time_expression, text.starts_with('['), "{text}");
    }
}

#[test]
fn numbers_kin_and_reasons_are_seen() {
    for text in ["3 dogs", "twelve", "a dozen", "a few", "twice", "in 2023", "a couple of them"] {
        assert!(of(text).number, "{text}");
    }
    assert!(!of("many dogs, someone, often").number);
    for text in ["my mom's car", "her daughters", "a friend", "the children", "Mother-in-law", "sa fiancée"] {
        assert!(of(text).kinship, "{text}");
    }
    assert!(!of("the season, a person, a mommoth").kinship);
    for text in ["because", "Since then", "so that", "due to rain", "a reason", "in order to"] {
        assert!(of(text).reason, "{text}");
    }
    assert!(!of("so what, that is due. To order").reason);
}

#[test]
fn a_question_is_known_by_its_mark_or_its_beginning() {
    for query in
        ["Dogs?", "what she said", "Isn't it", "who’s there", "Did they", "你好吗？", "Can't we go", "How's it"]
    {
        assert!(asked(query).is_some(), "{query}");
    }
    let (long, lines) = ("word ".repeat(40) + "end?", "What is it?\nfn main() {}");
    for query in ["", "dogs", "the when", "Whatever works", long.as_str(), lines, "disk error"] {
        assert!(asked(query).is_none(), "{query}");
    }
    assert!(asked(&("word ".repeat(39) + "end?")).is_some());
}

#[test]
fn a_question_asks_by_its_first_question_word() {
    let none = Asked::default();
    for (query, wanted) in [
        ("When did she go?", Asked { when: true, ..none }),
        ("In what year was it?", Asked { when: true, ..none }),
        ("What did she do when it rained?", none),
        ("Do you know where he lives?", Asked { place: true, ..none }),
        ("Where's he?", Asked { place: true, ..none }),
        ("Which country did she leave?", Asked { place: true, ..none }),
        ("Who was there when it rained?", Asked { person: true, ..none }),
        ("Whose dog is it?", Asked { person: true, ..none }),
        ("When and where did they meet?", Asked { when: true, place: true, ..none }),
        ("How many dogs?", Asked { number: true, ..none }),
        ("How long ago was it?", Asked { number: true, ..none }),
        ("How did it end?", none),
        ("Why not?", Asked { reason: true, ..none }),
        ("Did it end?", none),
    ] {
        assert_eq!(asked(query), Some(wanted), "{query}");
    }
}

#[test]
fn a_memory_is_worth_what_it_holds_of_what_is_asked() {
    let worth = |query: &str, memory: &str| signal(&asked(query).unwrap(), &of(memory));
    assert_eq!(worth("When was it?", "It was last week"), 1.0);
    assert_eq!(worth("When was it?", "It was in Paris"), 0.0);
    let paris = 2f32.ln() / 1.5;
    assert!((worth("Where was it?", "It was in Paris") - paris).abs() < 1e-6);
    assert!((worth("Who was it?", "It was Bob, a friend") - (1.0 + paris) / 2.0).abs() < 1e-6);
    assert_eq!(worth("How often?", "twice"), 1.0);
    assert_eq!(worth("Why?", "because"), 0.5);
    assert_eq!(worth("What is it?", "3 friends in Paris because of last week"), 0.0);
}

#[test]
fn latin_letters_are_a_share_of_the_letters() {
    for (text, share) in
        [("Café 12", 1.0), ("", 1.0), ("123 😂", 1.0), ("我们", 0.0), ("ab дв", 0.5), ("ＡＢ", 1.0), ("مرحبا", 0.0)]
    {
        assert_eq!(latin_share(text), share, "{text}");
    }
}

proptest! {
    #[test]
    fn every_value_keeps_its_bounds(text in any::<String>(), query in any::<String>()) {
        let traits = of(&text);
        prop_assert!((0.0..=1.0).contains(&traits.question));
        prop_assert!((0.0..=1.5).contains(&prior::question(&traits)));
        prop_assert!((0.0..=1.0).contains(&prior::capitals(&traits)));
        prop_assert!((0.0..=1.0).contains(&latin_share(&text)));
        let asked = asked(&query).unwrap_or(Asked { place: true, person: true, ..Asked::default() });
        prop_assert!((0.0..=1.0).contains(&signal(&asked, &traits)));
    }
}
