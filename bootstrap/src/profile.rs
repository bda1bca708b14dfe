//! What a profile is beside its ports: what the work beside requests needs of it.

use std::future::Future;
use std::time::Instant;

use anyhow::Result;
use application::brain::Brain;
use application::ports::error::PortError;
use application::ports::metrics::Measurement;
use application::ports::{Component, Ports, Standing};
use domain::tenant::Tenant;
use domain::time::Timestamp;

use crate::settings::Settings;

/// One way to run the service.
pub(crate) trait Profile: Ports + Sized {
    /// What is measured about each second.
    fn measurements(&self) -> impl Future<Output = Vec<Measurement>> + Send;

    /// Whose memories have a time to live that has passed.
    fn tenants_with_expired(&self, now: Timestamp) -> impl Future<Output = Vec<Tenant>> + Send;

    /// Lets go of what nobody will ask for any more.
    fn prune(&self, now: Timestamp) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Where the memories are, for the greeting; no secrets.
    fn place(settings: &Settings) -> String;

    /// Finishes what is in memory only and lets go of everything.
    fn close(brain: Brain<Self>) -> impl Future<Output = Result<()>> + Send;
}

/// One line of `/health`: how a probe ended and how long it took.
pub(crate) async fn component(on: Standing, probe: impl Future<Output = Result<(), PortError>>) -> Component {
    let begin = Instant::now();
    let status = probe.await.map_err(|error| {
        tracing::debug!(component = on.name, error = %error, cause = ?error.source, "health: probe failed");
        error.to_string()
    });
    on.found(status, begin.elapsed())
}
