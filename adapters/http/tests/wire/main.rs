//! The API on the wire: status codes, shapes, problem documents, over ports that live in the process.

mod audit;
mod bad_input;
mod cursor;
mod density;
mod drawing;
mod feedback;
mod front;
mod maintenance;
mod openapi;
mod problem;
mod service;
mod shapes;
