//! Which queries ask how things are now.

use domain::recall::recency::asks_for_the_present;

#[test]
fn a_query_that_says_now_asks_for_the_present_even_if_it_is_no_question() {
    for query in [
        "Ann's address now",
        "where did Ann live until now",
        "the current owner of the boat",
        "What are they reading these days?",
        "who has the key at the moment",
        "does it hurt any more?",
        "the latest version of the plan",
    ] {
        assert!(asks_for_the_present(query), "{query}");
    }
}

#[test]
fn a_question_in_the_present_tense_asks_for_the_present() {
    for query in ["Where does Ann live?", "Who’s the owner?", "What is the number of Bo?", "Who owns the boat?"] {
        assert!(asks_for_the_present(query), "{query}");
    }
}

#[test]
fn questions_of_the_past_and_statements_do_not() {
    for query in [
        "Where did Ann live?",
        "What was the name of the ferry?",
        "Who was it that does the garden?",
        "Where is what we bought last year?",
        "Who has been to Lisbon?",
        "The boat is blue.",
        "boat",
        "",
    ] {
        assert!(!asks_for_the_present(query), "{query}");
    }
}
