//! PDDL read, grounded and planned for; every plan checked by an executor that shares nothing with the planner.

mod eliminating;
mod instances;
mod planning;
mod reading;
mod validator;
