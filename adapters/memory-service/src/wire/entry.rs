//! An entry: a memory as it now is, or one that is no more.

use std::sync::Arc;

use application::ports::long_term::{Act, Entry};
use domain::memory::{Memory, MemoryId, Seq};
use domain::tenant::{Namespace, Tenant};
use serde::{Deserialize, Serialize};
use somabrain_record::Record;
use uuid::Uuid;

use super::InvalidWire;

/// Either `first` and `memory`, or `erase`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EntryWire {
    seq: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    memory: Option<Record>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erase: Option<EraseWire>,
}

#[derive(Debug, Serialize, Deserialize)]
struct EraseWire {
    namespace: String,
    id: Uuid,
}

impl From<&Entry> for EntryWire {
    fn from(entry: &Entry) -> Self {
        let seq = entry.seq.0;
        match &entry.act {
            Act::Put { first, memory } => {
                Self { seq, first: Some(first.0), memory: Some(Record::from(&**memory)), erase: None }
            }
            Act::Erase { namespace, id } => {
                let erase = EraseWire { namespace: namespace.as_str().into(), id: id.0 };
                Self { seq, first: None, memory: None, erase: Some(erase) }
            }
        }
    }
}

impl EntryWire {
    /// The entry, if it is one of that tenant.
    pub(crate) fn of(self, tenant: &Tenant) -> Result<Entry, InvalidWire> {
        let seq = place("seq", self.seq)?;
        let act = match (self.first, self.memory, self.erase) {
            (Some(first), Some(memory), None) => {
                let memory = Memory::try_from(memory)?;
                if memory.tenant != *tenant {
                    return Err(InvalidWire::new("memory.tenant", "must be the tenant of the path"));
                }
                Act::Put { first: place("first", first)?, memory: Arc::new(memory) }
            }
            (None, None, Some(erase)) => {
                let namespace = Namespace::try_new(&erase.namespace);
                let namespace = namespace.map_err(|broken| InvalidWire::new("erase.namespace", broken))?;
                Act::Erase { namespace, id: MemoryId(erase.id) }
            }
            _ => return Err(InvalidWire::new("entry", "must have either `first` and `memory`, or `erase`")),
        };
        Ok(Entry { seq, act })
    }
}

fn place(field: &str, number: i64) -> Result<Seq, InvalidWire> {
    if number < 1 {
        return Err(InvalidWire::new(field, "must be 1 or more"));
    }
    Ok(Seq(number))
}
