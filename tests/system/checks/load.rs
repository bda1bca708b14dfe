//! A flush of Redis in the middle of a load.

use crate::load::{self, Book};
use crate::outages;
use crate::stack::Stack;

#[test]
fn check_06_flushdb_loses_nothing() {
    let stack = Stack::start(1).expect("the stack starts");
    let book = Book::default();
    outages::flush(&stack, &book);
    assert!(book.acknowledged() > 10, "the load is real");
    load::all_are_there_once(&stack.urls(), &book);
}
