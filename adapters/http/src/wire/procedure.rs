//! Procedures as JSON.

use domain::memory::{MemoryText, Procedure};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use crate::wire::few::Few;
use crate::wire::values::{Fact, Price};

/// How something is done: what must hold before, what holds after, what it costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "Procedure")]
pub struct ProcedureBody {
    /// Facts that must hold before, as texts of at most 1,024 characters; at most 64.
    pub preconditions: Option<Few<Fact, { Procedure::FACTS }>>,
    /// Facts that hold afterwards; `not X` says that X no longer does. At most 64.
    pub effects: Option<Few<Fact, { Procedure::FACTS }>>,
    /// What doing it costs, 0 or more; 1 if left out.
    pub cost: Option<Price>,
}

impl From<ProcedureBody> for Procedure {
    fn from(body: ProcedureBody) -> Self {
        let texts = |texts: Option<Few<Fact, { Procedure::FACTS }>>| -> Vec<MemoryText> {
            texts.unwrap_or_default().into_iter().map(|text| text.0).collect()
        };
        Self {
            preconditions: texts(body.preconditions),
            effects: texts(body.effects),
            cost: body.cost.map(|cost| cost.0).unwrap_or_default(),
        }
    }
}

impl From<&Procedure> for ProcedureBody {
    fn from(procedure: &Procedure) -> Self {
        Self {
            preconditions: Some(Few(procedure.preconditions.iter().cloned().map(Fact).collect())),
            effects: Some(Few(procedure.effects.iter().cloned().map(Fact).collect())),
            cost: Some(Price(procedure.cost)),
        }
    }
}
