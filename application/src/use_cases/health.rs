//! Health: how the service and everything it stands on is, in the runbook's words.

use domain::time::Timestamp;
use futures_util::future::join_all;

use crate::brain::Brain;
use crate::ports::system::System;
use crate::ports::{Component, Ports, Standing};

/// The aggregate of all components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// When it was asked.
    pub at: Timestamp,
    /// Every component, as it was found while this was asked or less than a second before.
    pub components: Vec<Component>,
}

impl Health {
    /// Whether every component answers.
    pub fn ok(&self) -> bool {
        self.components.iter().all(|component| component.status.is_ok())
    }

    /// Whether requests can be served: every component that is not optional answers.
    pub fn ready(&self) -> bool {
        !self.components.iter().any(Component::keeps_from_serving)
    }
}

pub(crate) async fn execute<P: Ports>(brain: &Brain<P>) -> Health {
    let components = probed(brain, brain.ports.standing()).await;
    Health { at: brain.ports.system().now(), components }
}

/// What no request can be served without and does not answer; nothing else is waited for.
pub(crate) async fn missing<P: Ports>(brain: &Brain<P>) -> Vec<Component> {
    let needed = brain.ports.standing().into_iter().filter(|on| !on.optional).collect();
    let mut missing = probed(brain, needed).await;
    missing.retain(Component::keeps_from_serving);
    missing
}

/// All at once, each by the probe that it shares with whoever else asks.
async fn probed<P: Ports>(brain: &Brain<P>, standing: Vec<Standing>) -> Vec<Component> {
    join_all(standing.into_iter().map(|on| brain.probes.ask(&brain.ports, on))).await
}
