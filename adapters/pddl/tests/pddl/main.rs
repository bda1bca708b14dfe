//! PDDL read, grounded and planned for; every plan checked by an executor that shares nothing with the planner.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

mod eliminating;
mod instances;
mod planning;
mod reading;
mod validator;
