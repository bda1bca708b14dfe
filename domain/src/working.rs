//! Working memory: few memories, recent and salient, one focus a session.

pub mod admission;
pub mod salience;
