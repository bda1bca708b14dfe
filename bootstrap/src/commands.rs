//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod bench_fit;
pub(crate) mod bench_load;
pub(crate) mod bench_plan;
pub(crate) mod bench_quality;
pub(crate) mod bench_sessions;
pub(crate) mod check_config;
#[cfg(feature = "embedded")]
pub(crate) mod compact;
pub(crate) mod doctor;
pub(crate) mod health;
pub(crate) mod import;
#[cfg(feature = "networked")]
pub(crate) mod memory_service;
pub(crate) mod openapi;
pub(crate) mod outbox;
pub(crate) mod plan;
pub(crate) mod recall;
pub(crate) mod reencode;
pub(crate) mod reindex;
pub(crate) mod remember;
pub(crate) mod serve;
pub(crate) mod token;
