//! Rows of the audit log in Postgres changed, deleted, swapped: `somabrain audit verify` names the first that does not fit.

use crate::server::Server;
use crate::stack::Stack;

#[test]
fn a_row_that_is_changed_deleted_or_swapped_is_named_whichever_it_is() {
    let stack = Stack::start(0).expect("the stack starts");
    let server = Server::of(stack.command()).expect("a replica");
    for number in 1..=5 {
        let (status, answer) =
            server.call("POST", "/remember", &format!(r#"{{"content": "memory {number}"}}"#)).expect("it answers");
        assert_eq!(status, 201, "{answer}");
    }
    stack.wait_until_told_but(0).expect("sealed and told");
    drop(server);
    let change = |statement: &str| assert!(stack.change(statement).expect(statement) > 0, "{statement}");
    assert!(stack.run(&["audit", "verify"]).expect("whole").contains("5 events of 1 tenants verified"));
    change("CREATE TABLE put_aside AS SELECT * FROM audit_log");
    for (statements, words) in [
        (
            &["UPDATE audit_log SET request_id = overlay(request_id placing '~' from 1 for 1) WHERE number = 1"][..],
            "audit event 1 does not match its seal",
        ),
        (
            &["UPDATE audit_log SET created_at = created_at + interval '1 microsecond' WHERE number = 5"],
            "audit event 5 does not match its seal",
        ),
        (&["DELETE FROM audit_log WHERE number = 1"], "audit event 1 is missing"),
        (&["DELETE FROM audit_log WHERE number = 3"], "audit event 3 is missing, number 4 stands in its place"),
        (&["DELETE FROM audit_log WHERE number = 5"], "ends at event 4, its head says 5"),
        (
            &[
                "UPDATE audit_log SET number = -number WHERE number IN (3, 4)",
                "UPDATE audit_log SET number = 7 + number WHERE number < 0",
            ],
            "audit event 3 does not match its seal",
        ),
    ] {
        statements.iter().for_each(|statement| change(statement));
        let said = stack.run(&["audit", "verify"]).expect_err("refused").to_string();
        assert!(said.contains(words), "{statements:?}: {said}");
        change("DELETE FROM audit_log");
        change("INSERT INTO audit_log SELECT * FROM put_aside");
        stack.run(&["audit", "verify"]).expect("whole again");
    }
}
