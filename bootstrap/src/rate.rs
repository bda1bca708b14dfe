//! The rate limit of the networked profile: shared by all replicas through Redis; each replica's own while that is away.

use std::sync::Arc;

use anyhow::Result;
use application::ports::admission::{Admission, Verdict};
use application::ports::error::PortError;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_inprocess::admission::{Config, RateLimit};
use somabrain_redis::Redis;

use crate::settings::Settings;

/// Both limits.
pub(crate) struct Rate {
    shared: Arc<Redis>,
    own: RateLimit,
}

impl Rate {
    /// The limit of the settings.
    pub(crate) fn new(shared: Arc<Redis>, settings: &Settings) -> Result<Self> {
        let own = RateLimit::try_new(Config { rps: settings.rate_rps.map(f64::from), burst: settings.rate_burst })?;
        Ok(Self { shared, own })
    }
}

impl Admission for Rate {
    async fn admit(&self, tenant: &Tenant, now: Timestamp) -> Result<Verdict, PortError> {
        match self.shared.admit(tenant, now).await {
            Ok(verdict) => Ok(verdict),
            Err(error) => {
                tracing::debug!(error = %error, "redis not asked for the rate limit; this replica's own counts");
                self.own.admit(tenant, now).await
            }
        }
    }
}
