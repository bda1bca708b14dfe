//! Tenants apart on the embedded profile.

use crate::attacks::guarded;
use crate::isolation::holds;
use crate::server::{Server, command, place, program};

#[test]
fn no_tenant_ever_sees_anything_of_another_and_each_has_what_it_stored() {
    let data = place();
    let server = Server::of(guarded(command(&program(), data.path()))).expect("it starts");
    holds(&[&server], 48);
}
