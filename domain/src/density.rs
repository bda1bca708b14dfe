//! The density matrix of a namespace: what has been remembered there, as one symmetric, positive semi-definite matrix
//! of trace one.
//!
//! It begins as I/d. An observation `v` of weight `a` makes it `(1 - a) rho + a v vᵀ`; a run of observations is a
//! [`Fold`](fold::Fold), and folds compose, so that replicas observe on their own and merge later.

pub mod check;
pub mod fold;
mod lanczos;
pub mod matrix;
pub mod spectrum;
mod triangle;
