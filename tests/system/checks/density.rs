//! A density matrix that is damaged in the store.

use std::fs::{self, File};

use super::types;
use crate::density::{connected, wait_until_observed};
use crate::load::{Book, Client};
use crate::server::{Server, place};
use crate::stack::Stack;

/// The sum of what the diagonal is becomes three halves of one: its first number is changed.
const DAMAGE: &str = "UPDATE density SET packed = overlay(packed PLACING '\\x000000000000f83f' FROM 1)";

#[test]
fn check_12_a_corrupted_density_matrix_is_counted_and_told_and_recall_still_answers() {
    let stack = Stack::start(0).expect("the stack starts");
    let folder = place();
    let log = folder.path().join("log");
    let server = Server::logging_to(File::create(&log).expect("a log"), stack.command()).expect("a replica");
    let (book, mut caller) = (Book::default(), Client::of(std::slice::from_ref(&server.url), 0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let postgres = connected(stack.servers.postgres.url()).await;
        (1..=5).for_each(|id| caller.remember(&book, id, &format!("kettle {id}"), || false));
        wait_until_observed(&postgres, 5).await;
        assert_eq!(postgres.execute(DAMAGE, &[]).await.expect("damaged"), 1);
        caller.remember(&book, 6, "kettle 6", || false);
        wait_until_observed(&postgres, 6).await;
    });
    let counted = types(&server, "", "curl -s $API/metrics | grep density_trace_error | grep -v '^#'").printed;
    assert_eq!(counted, "somabrain_density_trace_error_total 1\n");
    let told = types(&server, "", &format!("grep -i \"trace\\|psd\\|invariant\" {}", log.display())).printed;
    assert!(told.contains("trace") && told.contains("invariant") && told.contains("load"), "{told}");
    let recall = "curl -s -X POST $API/recall -d '{\"query\": \"kettle 3\", \"k\": 1, \"namespace\": \"load\"}'";
    assert!(types(&server, "", recall).printed.contains("\"kettle 3\""));
    for act in ["restore", "reset"] {
        let typed = types(&server, "", &format!("curl -s -f -X POST \"$API/admin/density/{act}?namespace=load\""));
        assert_eq!(typed.code, Some(0), "{act}: {}", fs::read_to_string(&log).expect("a log"));
    }
    assert!(types(&server, "", recall).printed.contains("\"kettle 3\""));
}
