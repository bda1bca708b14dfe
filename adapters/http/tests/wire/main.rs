//! The API on the wire: status codes, shapes, problem documents, over ports that live in the process.

mod audit;
mod bad_input;
#[path = "../../../../tests/system/attacks/cases.rs"]
#[expect(dead_code, reason = "the tests of the whole ask more of it")]
mod cases;
mod cursor;
mod density;
mod drawing;
mod fail_closed;
mod feedback;
mod front;
mod maintenance;
mod openapi;
mod pages;
mod problem;
mod service;
mod shapes;
