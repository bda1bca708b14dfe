//! Planning problems in PDDL, the language of the planning competitions, read and grounded for the domain's planner.
//!
//! A crate of its own beside the adapters, since PDDL is a wire format that neither the domain nor a port needs to know;
//! it implements no port. It knows STRIPS, typing with hierarchies and `either`, constants, equality, negative
//! conditions and `total-cost`, in any case of letters, with comments. Whatever else a file uses is named with its line
//! and refused.
//!
//! ```
//! let domain = "(define (domain kettle) (:predicates (full) (hot))
//!     (:action fill :effect (full))
//!     (:action boil :precondition (full) :effect (hot)))";
//! let problem = "(define (problem tea) (:domain kettle) (:init) (:goal (hot)))";
//! let grounded = somabrain_pddl::read(domain, problem).expect("both are STRIPS");
//! assert_eq!(grounded.actions, ["fill", "boil"]);
//! assert_eq!(grounded.facts, ["full", "hot"]);
//! ```

mod atoms;
mod condition;
mod costs;
mod expression;
mod grounding;
mod join;
mod names;
mod objects;
mod refusal;
mod schema;
mod structure;

pub use grounding::Grounded;
pub use refusal::{File, Refusal};

/// Reads a domain and a problem, and finds the actions and facts that can be reached if nothing is ever deleted.
pub fn read(domain: &str, problem: &str) -> Result<Grounded, Refusal> {
    let in_domain = |wrong: refusal::Wrong| wrong.of(File::Domain);
    let in_problem = |wrong: refusal::Wrong| wrong.of(File::Problem);
    let domain = structure::Domain::read(&expression::parse(domain).map_err(in_domain)?).map_err(in_domain)?;
    let tree = expression::parse(problem).map_err(in_problem)?;
    let problem = structure::Problem::read(&tree, domain).map_err(in_problem)?;
    grounding::ground(problem).map_err(in_domain)
}
