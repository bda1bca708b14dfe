//! Bearer tokens by a list: each token is a text that was granted to a caller.

use std::collections::HashMap;
use std::sync::Mutex;

use application::call::Caller;
use application::ports::authenticator::{Authenticator, Rejection};
use domain::time::Timestamp;

/// The tokens that were granted.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<String, Caller>>);

impl Tokens {
    /// From now on `token` is this caller's.
    pub fn grant(&self, token: &str, caller: Caller) {
        self.0.lock().expect("no holder of this lock panics").insert(token.into(), caller);
    }
}

impl Authenticator for Tokens {
    async fn authenticate(&self, token: &str, _now: Timestamp) -> Result<Caller, Rejection> {
        if token.trim().is_empty() {
            return Err(Rejection::Missing);
        }
        let granted = self.0.lock().expect("no holder of this lock panics");
        granted.get(token).cloned().ok_or(Rejection::Signature)
    }
}
