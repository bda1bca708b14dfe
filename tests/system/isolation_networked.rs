//! Tenants apart on the networked profile, two replicas in turn.

use crate::attacks::guarded;
use crate::isolation::holds;
use crate::server::Server;
use crate::stack::Stack;

#[test]
fn no_tenant_ever_sees_anything_of_another_and_each_has_what_it_stored() {
    let stack = Stack::start(0).expect("the stack starts");
    let replicas = [(); 2].map(|()| Server::of(guarded(stack.command())).expect("a replica"));
    holds(&[&replicas[0], &replicas[1]], 10);
}
