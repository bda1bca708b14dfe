//! `somabrain outbox prune` beside a replica.

use serde_json::json;

use crate::stack::Stack;

#[test]
fn told_rows_of_the_outbox_are_deleted_by_their_age_and_waiting_ones_never() {
    let mut stack = Stack::start(1).expect("the stack starts");
    let remember = |stack: &Stack, content: &str| {
        let body = json!({"content": content}).to_string();
        assert_eq!(stack.replicas[0].call("POST", "/remember", &body).expect("it answers").0, 201);
    };
    ["one", "two", "three"].iter().for_each(|content| remember(&stack, content));
    stack.wait_until_told_but(0).expect("told");
    stack.kill_memory().expect("it can be killed");
    remember(&stack, "what waits");
    stack.wait_until_told_but(1).expect("told");

    let said = stack.run(&["outbox", "prune"]).expect("pruned");
    assert_eq!(said, "0 rows told more than 7d ago were deleted\n");
    let (told, waiting) = ("processed_at IS NOT NULL", "processed_at IS NULL");
    let rows = |which: &str| stack.number(&format!("SELECT count(*) FROM outbox_events WHERE {which}")).expect("asked");
    let before = rows(told);
    assert!(before >= 3, "each memory left a row: {before}");
    let aged = "UPDATE outbox_events SET created_at = created_at - interval '10 days', \
                processed_at = processed_at - interval '10 days'";
    stack.change(aged).expect("aged");
    let said = stack.run(&["outbox", "prune", "--older-than", "9d"]).expect("pruned");
    assert_eq!(said, format!("{before} rows told more than 9d ago were deleted\n"));
    assert_eq!((rows(told), rows(waiting)), (0, 1));
    let refused = stack.run(&["outbox", "prune", "--older-than", "soon"]).expect_err("no duration").to_string();
    assert!(refused.contains("30d, 12h"), "{refused}");
}
