//! The rate limit of the networked profile: shared by all replicas through Redis; each replica's own while that is away.

use std::sync::Arc;

use application::ports::admission::{Admission, Asked, Verdict};
use application::ports::error::PortError;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_inprocess::admission::RateLimit;
use somabrain_redis::Redis;

use crate::settings::Settings;

/// Both places where the limits are kept.
pub(crate) struct Rate {
    shared: Arc<Redis>,
    own: RateLimit,
}

impl Rate {
    /// The limits of the settings.
    pub(crate) fn new(shared: Arc<Redis>, settings: &Settings) -> Self {
        Self { shared, own: RateLimit::new(settings.rates.clone()) }
    }
}

impl Admission for Rate {
    async fn admit(&self, tenant: &Tenant, asked: Asked, now: Timestamp) -> Result<Verdict, PortError> {
        match self.shared.admit(tenant, asked, now).await {
            Ok(verdict) => Ok(verdict),
            Err(error) => {
                tracing::debug!(error = %error, "redis not asked for the rate limit; this replica's own counts");
                self.own.admit(tenant, asked, now).await
            }
        }
    }
}
