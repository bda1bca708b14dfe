//! What callers can do, one file each: command or query, answer, error, `execute`.

pub mod audit;
pub mod change;
pub mod density;
pub mod erase;
pub mod feedback;
pub mod health;
pub mod links;
pub mod maintenance;
pub mod plan;
pub mod read;
pub mod recall;
pub mod remember;
pub mod sessions;
