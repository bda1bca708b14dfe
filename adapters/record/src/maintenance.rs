//! Maintenance as the value of a setting.

use domain::tenant::Tenant;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{InvalidRecord, json};

/// The setting's name.
pub const NAME: &str = "maintenance";

/// Since when writes are refused, who wanted it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceRecord {
    /// Microseconds since 1970.
    pub since: i64,
    /// The tenant of who began it; earlier versions did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Who began it.
    pub subject: String,
    /// Why.
    pub reason: Option<String>,
}

impl MaintenanceRecord {
    /// As JSON text.
    pub fn to_json(&self) -> String {
        json::text(self)
    }

    /// What [`Self::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, InvalidRecord> {
        json::read(NAME, text)
    }

    /// Whose it is, if that is kept; an error where that is none.
    pub fn tenant(&self) -> Result<Option<Tenant>, InvalidRecord> {
        let tenant = self.tenant.as_deref().map(Tenant::try_new).transpose();
        tenant.map_err(|error| InvalidRecord::new(NAME, error))
    }

    /// Since when, as a moment; an error where that is none.
    pub fn moment(&self) -> Result<Timestamp, InvalidRecord> {
        Timestamp::from_micros(self.since).map_err(|error| InvalidRecord::new(NAME, error))
    }
}
