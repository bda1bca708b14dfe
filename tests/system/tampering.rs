//! One byte of the audit log changed on disk, by whoever can write the file: `somabrain audit verify` names the row.

use std::fs;

use crate::commands::{done, refused, run};
use crate::server::{Server, place, program};

/// Where the bytes stand in the file, each time.
fn places(file: &[u8], bytes: &[u8]) -> Vec<usize> {
    file.windows(bytes.len()).enumerate().filter(|(_, window)| *window == bytes).map(|(at, _)| at).collect()
}

#[test]
fn one_changed_byte_of_a_row_on_disk_is_found_and_the_row_is_named() {
    let (program, data) = (program(), place());
    let mut server = Server::start(&program, data.path()).expect("it starts");
    for number in 1..=5 {
        let (id, body) = (format!("request-of-row-{number}"), format!(r#"{{"content": "memory {number}"}}"#));
        let answer = server.send("POST", "/remember", &[("x-request-id", &id)], &body).expect("it answers");
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    assert_eq!(server.terminate().expect("it stops"), Some(0));
    done(&program, data.path(), &["compact"]);
    assert!(done(&program, data.path(), &["audit", "verify"]).contains("5 events of 1 tenants verified"));

    let file = data.path().join("somabrain.db");
    let whole = fs::read(&file).expect("the database");
    for number in [1, 3, 5] {
        let places = places(&whole, format!("request-of-row-{number}").as_bytes());
        assert!(!places.is_empty(), "the row is in the file");
        let mut changed = whole.clone();
        places.iter().for_each(|&at| changed[at] ^= 1);
        fs::write(&file, &changed).expect("it can be written");
        let words = format!("audit event {number} does not match its seal");
        refused(&run(&program, data.path(), &["audit", "verify"]), &words);
    }
    fs::write(&file, &whole).expect("it can be written");
    assert!(done(&program, data.path(), &["audit", "verify"]).contains("5 events of 1 tenants verified"));
}
