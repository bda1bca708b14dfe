//! The JSON shapes that several resources share, and their way to and from the domain.

pub mod drafts;
pub mod few;
pub mod filters;
pub mod link;
pub mod memory;
pub mod metadata;
pub mod names;
pub mod payload;
pub mod procedure;
pub mod receipt;
pub mod values;
