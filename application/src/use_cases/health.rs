//! Health: how the service and everything it stands on is, in the runbook's words.

use domain::time::Timestamp;

use crate::brain::Brain;
use crate::ports::system::System;
use crate::ports::{Component, Ports};

/// The aggregate of all components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// When it was asked.
    pub at: Timestamp,
    /// Every component, freshly probed.
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
    let components = brain.ports.probe().await;
    for component in &components {
        if let Err(error) = &component.status {
            tracing::error!(component = component.name, error = %error, "health: component is unhealthy");
        }
    }
    Health { at: brain.ports.system().now(), components }
}
