//! Links as JSON.

use domain::link::Link;
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use crate::wire::names::LinkRelation;
use crate::wire::values::Id;

/// A typed link to another memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(rename = "Link")]
pub struct LinkBody {
    /// The memory that is pointed at.
    pub to: Id,
    /// What is said of it.
    pub relation: LinkRelation,
}

impl From<LinkBody> for Link {
    fn from(link: LinkBody) -> Self {
        Self { to: link.to.0, relation: link.relation.into() }
    }
}

impl From<&Link> for LinkBody {
    fn from(link: &Link) -> Self {
        Self { to: Id(link.to), relation: link.relation.into() }
    }
}
