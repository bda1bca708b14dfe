//! Maintenance on the whole program: kept in the data folder, for every caller.

use serde_json::json;

use crate::server::{Server, place, program};

#[test]
fn writes_are_refused_over_a_restart_until_maintenance_ends() {
    let (program, data) = (program(), place());
    let mut server = Server::start(&program, data.path()).expect("it starts");
    let on = server.call("POST", "/admin/maintenance", r#"{"enabled": true}"#).expect("turned on");
    assert_eq!((on.0, &on.1["enabled"], server.terminate().expect("it ends")), (200, &json!(true), Some(0)));
    let server = Server::start(&program, data.path()).expect("it starts");
    let refused = server.call("POST", "/remember", r#"{"content": "more"}"#).expect("it answers");
    assert_eq!((refused.0, &refused.1["title"]), (503, &json!("Under maintenance")));
    assert_eq!(server.call("POST", "/recall", r#"{"query": "anything"}"#).expect("recalled").0, 200);
    let off = server.call("POST", "/admin/maintenance", r#"{"enabled": false}"#).expect("turned off");
    assert_eq!(off, (200, json!({"enabled": false})));
    assert_eq!(server.call("POST", "/remember", r#"{"content": "more"}"#).expect("stored").0, 201);
}
