//! Plain sentences as procedures: each form that the grammar reads, and what it leaves alone.

use domain::plan::sentences::{Phrase, Told, read};

/// What a text tells: `a, b -> c` for needs of an act, `a; b` for a sequence, `=> goal` behind it.
fn told(text: &str) -> Vec<String> {
    let name = |phrase: &Phrase| phrase.act.clone().unwrap_or_else(|| format!("[{}]", phrase.words));
    let names = |phrases: &[Phrase], by: &str| phrases.iter().map(name).collect::<Vec<_>>().join(by);
    read(text)
        .into_iter()
        .map(|reading| match reading.told {
            Told::Requires { act, needs } => format!("{} -> {}", names(&needs, ", "), name(&act)),
            Told::Sequence { goal: Some(goal), steps } => format!("{} => {}", names(&steps, "; "), name(&goal)),
            Told::Sequence { goal: None, steps } => names(&steps, "; "),
        })
        .collect()
}

macro_rules! reads {
    ($($name:ident: $text:literal => [$($told:literal),*];)*) => {
        $(#[test] fn $name() { assert_eq!(told($text), [$($told),*] as [&str; _]); })*
    };
}

reads! {
    a_goal_requires_what_comes_first: "To deploy the service, first build the image and run the migrations."
        => ["build the image, run the migrations -> deploy the service"];
    a_goal_is_achieved_by_the_last_act: "To install the package, unpack the archive, then run `make install`."
        => ["unpack the archive; run `make install` => install the package"];
    a_goal_requires_what_one_must_do: "In order to publish a crate, you need to log in to the registry."
        => ["log in to the registry -> publish a crate"];
    a_goal_requires_things: "To deploy the service, you need a token and a cluster."
        => ["[a token], [a cluster] -> deploy the service"];
    before_an_event: "Before deploying the service, run the migrations."
        => ["run the migrations -> deploy the service"];
    before_in_the_middle: "Run the tests before you push the branch."
        => ["run the tests -> push the branch"];
    before_you_must: "Before you push the branch you must first run the tests."
        => ["run the tests -> push the branch"];
    one_way_of_doing_it: "To stop the server, you can send a signal."
        => ["send a signal => stop the server"];
    making_sure_before: "Make sure that the tests pass before you push the branch."
        => ["[the tests pass] -> push the branch"];
    what_must_be_done_before: "The image must be built before deploying the service."
        => ["build the image -> deploy the service"];
    after_an_act: "After building the image, push the image to the registry."
        => ["build the image; push the image to the registry"];
    after_comes: "After building the image comes running the migrations."
        => ["build the image; run the migrations"];
    once_it_is_done: "Once the image is built, run the migrations."
        => ["build the image; run the migrations"];
    once_it_is_so: "Once the server is running, open the page."
        => ["[the server is running] -> open the page"];
    an_act_requires_things: "Deploying the service requires a running database."
        => ["[a running database] -> deploy the service"];
    an_act_requires_acts: "Deploy the service requires building the image and running the migrations."
        => ["build the image, run the migrations -> deploy the service"];
    not_until: "You cannot deploy the service until the migrations have been run."
        => ["run the migrations -> deploy the service"];
    not_unless: "Do not deploy the service unless the tests pass."
        => ["[the tests pass] -> deploy the service"];
    cannot_be_done_until: "The service cannot be deployed until the image is built."
        => ["build the image -> deploy the service"];
    only_after: "Deploy the service only after running the migrations."
        => ["run the migrations -> deploy the service"];
    first_then_finally: "First build the image, then run the migrations, and finally deploy the service."
        => ["build the image; run the migrations; deploy the service"];
    and_then: "Stop the server and then copy the files and the index."
        => ["stop the server; copy the files and the index"];
    sentences_that_go_on: "First, build the image. Then run the migrations. Finally, deploy the service."
        => ["build the image; run the migrations; deploy the service"];
    a_numbered_list: "Steps to deploy the service:\n1. Build the image.\n2. Run the migrations\n   on the server.\n\nThat is all."
        => ["build the image; run the migrations on the server => deploy the service"];
    a_bulleted_list_under_steps: "How to deploy the service:\n- build the image\n- run the migrations"
        => ["build the image; run the migrations => deploy the service"];
    quotations_are_one_word: "First run \"make, then weep\", then deploy the service."
        => ["run \"make, then weep\"; deploy the service"];
    two_sentences_are_two: "Before deploying, run the tests. Before running the tests, start the database."
        => ["run the tests -> deploy", "start the database -> run the tests"];
    unicode_is_kept: "Before opening the café, clean the tables – all of them – and öffne nichts." => [];
    unicode_in_an_act: "Before opening the café, clean the crêpe pan."
        => ["clean the crêpe pan -> open the café"];
    a_choice_of_things_stays_in_the_words: "Before deploying the service, run the tests or the linter."
        => ["run the tests or the linter -> deploy the service"];
    what_a_means_is_for: "Run `make check` to test the library."
        => ["run `make check` => test the library"];
    what_a_means_can_be_for: "You can use `git stash` in order to save local changes."
        => ["use `git stash` => save local changes"];
    an_assignment_is_a_means: "Set `COLOR=never` to disable colours in the output."
        => ["set `COLOR=never` => disable colours in the output"];
    by_doing: "You can disable the cache by setting `CACHE=0`."
        => ["set `CACHE=0` => disable the cache"];
    before_one_can: "Before you can push the image, you need to log in to the registry."
        => ["log in to the registry -> push the image"];
    after_that_one_can: "Once the image is built, you can push the image to the registry."
        => ["build the image -> push the image to the registry"];
    one_can_after_that: "You can deploy the service after running the migrations."
        => ["run the migrations -> deploy the service"];
    a_need_of_you: "Deploying the service requires you to log in to the cluster."
        => ["log in to the cluster -> deploy the service"];
    a_clause_about_a_thing: "Before deploying the service, run the migrations that are missing."
        => ["run the migrations that are missing -> deploy the service"];
    a_clause_beside: "To clean the cache, run `make clean`, which takes a minute."
        => ["run `make clean` => clean the cache"];
    what_is_checked: "Before deploying the service, verify that the tests pass."
        => ["verify that the tests pass -> deploy the service"];
    an_adverb_before_the_verb: "To quickly rebuild the index, run `reindex --fast`."
        => ["run `reindex --fast` => quickly rebuild the index"];
    shortened_words_end_nothing: "To open the page, use a browser, e.g. Firefox."
        => ["use a browser, e.g. Firefox => open the page"];
    two_verbs_of_one_object: "1. Build the image\n2. Review and merge the change\n3. Deploy the service"
        => ["build the image; review and merge the change; deploy the service"];
    steps_without_a_goal: "Follow these steps:\n1. Build the image\n2. Make sure that the tests pass\n3. Deploy the service"
        => ["build the image; make sure that the tests pass; deploy the service"];

    two_things_done_alike_have_no_order: "To use the format, add the option to the build and add the package to the project."
        => ["add the option to the build, add the package to the project -> use the format"];
    a_preference_is_no_need: "Add an issue on GitHub, preferably before submitting a request." => [];
    two_ways_with_two_ends_are_left: "Choose \"Private\" to require a login, or \"Blob\" to allow all." => [];
    once_may_mean_a_single_time: "You can create a builder once (or twice), then call `Clone()` to copy the builder." => [];
    what_is_ensured_of_two_is_left: "You should ensure that you only call `Close()` once, and all your writes finish before closing." => [];
    what_goes_on_behind_the_colon_is_left: "Once the server is running, check the page by opening:" => [];
    a_phrase_without_its_end_is_left: "To give an example, you could write a file for:" => [];
    two_doings_after_are_left: "After forking the repository and creating a clone from your fork, run `make`." => [];
    a_place_in_a_list_is_no_order: "Insert an element after another element in a list." => [];
    what_a_thing_does_once_is_left: "Create a timer which will fire once the moment is reached." => [];
    what_a_thing_is_before_is_left: "Configure a limit that is permitted before the search is stopped." => [];
    just_before_is_left: "Stop just before exiting." => [];
    a_noun_with_its_use_is_no_act: "Type used in the socket to retrieve options." => [];
    a_purpose_of_either_is_left: "Restore the body after the request is processed to avoid issues." => [];
    a_condition_of_one_of_the_acts_is_left: "To produce tokens, use the serializer, and decrypt the key before calling the parser." => [];
    an_aside_with_needs_is_no_act: "Use the flag, the collector needs a few cycles." => [];
    easy_to_is_no_purpose: "Use a format that is easy to read and write." => [];
    two_doings_before_are_left: "Before opening an issue or proposing a change, read the guide." => [];
    leaving_be_is_no_step: "Before sending the patch, ensure the tests pass, and avoid rebasing the branch." => [];
    what_holds_of_any_is_left: "Export keyword before a key is ignored:" => [];
    a_list_of_choices_is_left: "There are two options:\n1. Use the image\n2. Build the service" => [];
    a_complement_is_no_purpose: "Configure the server to listen on the port." => [];
    a_place_is_no_purpose: "Add a line to build files." => [];
    doing_this_is_no_act: "You can disable the cache by doing:" => [];
    a_verb_without_its_object_is_left: "To use the library, write in `Cargo.toml`:" => [];
    a_goal_that_goes_on_is_left: "To build, test and publish the crate, run `make all`." => [];
    reading_on_is_no_step: "To learn about plans, see the manual." => [];
    checking_out_is_no_step: "To suppress warnings, check out the `--quiet` flag." => [];
    what_stands_above_is_left: "After generating the report above, send the report." => [];

    a_question_is_left: "Before deploying the service, run the migrations?" => [];
    a_condition_is_left: "If the tests pass, first build the image, then deploy the service." => [];
    a_tale_is_left: "I built the image, then went home." => [];
    a_tale_of_many_is_left: "First we built the image, then we deployed the service." => [];
    a_tale_with_after_is_left: "After building the image, Ann went home." => [];
    a_negation_is_left: "Do not run the migrations after deploying the service." => [];
    a_negated_step_is_left: "Before deploying the service, do not run the migrations." => [];
    a_permission_is_left: "After building the image you can deploy the service." => [];
    a_choice_of_acts_is_left: "Before deploying the service, run the tests or restart the runner." => [];
    a_choice_of_ways_is_left: "Before deploying the service, run the tests, or preferably the linter." => [];
    a_pointer_is_left: "Before doing this, run the migrations." => [];
    what_is_merely_described_is_left: "Before the server starts, the cache is loaded." => [];
    a_noun_is_no_act: "Release notes are written before the release." => [];
    a_single_act_is_no_order: "Build the image." => [];
    bullets_without_steps_are_left: "Things to buy:\n- pack of rice\n- open wine" => [];
    a_list_that_cannot_be_read_is_left: "Steps to deploy the service:\n1. Build the image.\n2. It will start." => [];
}

#[test]
fn a_reading_says_where_it_stands() {
    let text =
        "Früher. Before deploying, run the tests.\n\nSteps to bake a cake:\n1. mix the dough\n2. heat the oven\n";
    let quoted: Vec<&str> = read(text).into_iter().map(|reading| &text[reading.range]).collect();
    assert_eq!(
        quoted,
        ["Before deploying, run the tests.", "Steps to bake a cake:\n1. mix the dough\n2. heat the oven"]
    );
}
