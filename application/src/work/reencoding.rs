//! Encoding anew what another encoder has encoded, while the service serves.
//!
//! Until a memory has its new encoding it is found by its old one, so that nothing has to be done at once; what is done
//! stays done, so that whoever is interrupted goes on where they were.

use std::collections::BTreeMap;

use domain::encoding::Encoding;
use domain::memory::{MemoryId, Seq};
use domain::tenant::Tenant;
use thiserror::Error;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::encoder::Encoder;
use crate::ports::error::{PortError, PortErrorKind};
use crate::ports::ledger::{Ledger, LedgerError, Note, Reencoding, Stale, Written};
use crate::ports::system::System;

/// What became of some memories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reencoded {
    /// Memories that were looked at.
    pub seen: usize,
    /// Those that have another encoding now.
    pub rewritten: usize,
    /// Those whose text the encoder refused: they keep the encoding that they have.
    pub refused: usize,
    /// Where the next part begins; `None`: there is none.
    pub next: Option<Seq>,
}

/// Why memories could not be encoded anew; what was done before stays done.
#[derive(Debug, Error)]
pub enum ReencodeError {
    /// Encoder or ledger could not be reached or failed.
    #[error(transparent)]
    Failed(#[from] PortError),
    /// The ledger would not.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl<P: Ports> Brain<P> {
    /// Encodes the next memories anew that the configured encoder has not encoded, of all tenants, stored after a place; at
    /// most `limit`, one act a tenant. Where the encoder refuses some of the texts, the others are done.
    pub async fn reencode_some(&self, after: Seq, limit: usize) -> Result<Reencoded, ReencodeError> {
        let encoder = self.ports.encoder();
        let stale = self.ports.ledger().stale(encoder.id(), after, limit).await?;
        let (seen, next) = (stale.len(), stale.last().map(|last| last.seq));
        let encoded = self.encode_each(stale).await?;
        let refused = seen - encoded.len();
        let mut tenants: BTreeMap<Tenant, Vec<(MemoryId, Option<Encoding>)>> = BTreeMap::new();
        for (stale, encoding) in encoded {
            if stale.memory.encoding != encoding {
                tenants.entry(stale.memory.tenant.clone()).or_default().push((stale.memory.id, encoding));
            }
        }
        let mut rewritten = 0;
        for (tenant, encodings) in tenants {
            let act =
                Reencoding { tenant: tenant.clone(), encoder: encoder.id().clone(), encodings, note: self.by_itself() };
            let Written { answer, deliver } = self.ports.ledger().reencode(act).await?;
            self.deliver(&tenant, &deliver).await;
            rewritten += answer;
        }
        Ok(Reencoded { seen, rewritten, refused, next })
    }

    /// The encodings of all; where one of the texts is refused, each for itself. Fails where nothing can be encoded.
    async fn encode_each(&self, stale: Vec<Stale>) -> Result<Vec<(Stale, Option<Encoding>)>, PortError> {
        let encoder = self.ports.encoder();
        let texts: Vec<&str> = stale.iter().map(|stale| stale.memory.content.as_str()).collect();
        let refusal = match encoder.encode(&texts).await {
            Ok(encodings) => return Ok(stale.into_iter().zip(encodings).collect()),
            Err(error) if error.kind == PortErrorKind::Internal => error,
            Err(error) => return Err(error),
        };
        let mut encoded = Vec::with_capacity(stale.len());
        for one in stale {
            match encoder.encode(&[one.memory.content.as_str()]).await {
                Ok(mut encodings) => encoded.push((one, encodings.pop().flatten())),
                Err(error) if error.kind == PortErrorKind::Internal => {
                    let memory = &one.memory;
                    tracing::warn!(
                        tenant = %memory.tenant, memory = %memory.id, error = %error, cause = ?error.source,
                        "a memory keeps its encoding: the encoder refused its text"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        if encoded.is_empty() { Err(refusal) } else { Ok(encoded) }
    }

    /// The service's own act.
    fn by_itself(&self) -> Note {
        Note {
            subject: "somabrain".into(),
            action: "memory:reencode",
            request_id: "reencode".into(),
            basis: None,
            traceparent: None,
            at: self.ports.system().now(),
        }
    }
}
