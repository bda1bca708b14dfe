//! The attacks on the networked profile, and on one whose policy server is away.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::attacks::cases::{CASES, ROLES};
use crate::attacks::tokens::bearer;
use crate::attacks::{all, guarded, refused, seen, sent, told};
use crate::server::Server;
use crate::stack::Stack;

#[test]
fn nobody_gets_in_where_they_do_not_belong() {
    let mut stack = Stack::start(0).expect("the stack starts");
    let server = Server::of(guarded(stack.command())).expect("a replica");
    all(&server).unwrap_or_else(|broken| panic!("{broken:#}"));
    without_a_policy(&mut stack, &server).unwrap_or_else(|broken| panic!("{broken:#}"));
}

/// Nothing is served that the policy server was not asked about.
fn without_a_policy(stack: &mut Stack, server: &Server) -> Result<()> {
    let admin = bearer("fail-closed", &ROLES);
    let names = told(server, "fail-closed", &admin)?;
    let before = seen(server, &admin, &names)?;
    stack.server("opa").kill()?;
    for case in &CASES {
        let answer = sent(server, case, &names, Some(&admin))?;
        let what = format!("{} {} without a policy server", case.method, case.path);
        refused(&answer, 503, &what)?;
        ensure!(answer.headers.contains_key("retry-after"), "{what}: {answer:?}");
        ensure!(!answer.body.contains(&names.tag), "{what}: {}", answer.body);
        // Who has no token hears that, policy or not.
        refused(&sent(server, case, &names, None)?, 401, &what)?;
    }
    stack.server("opa").start()?;
    let begin = std::time::Instant::now();
    while server.send("GET", "/readyz", &[], "")?.status != 200 {
        ensure!(begin.elapsed() < Duration::from_secs(60), "it is ready again");
        std::thread::park_timeout(Duration::from_millis(50));
    }
    ensure!(seen(server, &admin, &names)? == before, "something was changed without a policy");
    Ok(())
}
