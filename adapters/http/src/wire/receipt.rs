//! Proof of an erasure.

use application::use_cases::erase::Receipt;
use poem_openapi::Object;
use serde::Serialize;

use crate::wire::values::Moment;

/// Proof of an erasure; the audit log names the same act.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "ErasureReceipt")]
pub struct ReceiptBody {
    /// How many memories were erased, with all their versions and links.
    pub erased: usize,
    /// When.
    pub erased_at: Moment,
    /// The act's place in the ledger; 0 where there was nothing to erase.
    pub seq: i64,
}

impl From<Receipt> for ReceiptBody {
    fn from(receipt: Receipt) -> Self {
        Self { erased: receipt.erased.memories.len(), erased_at: Moment(receipt.at), seq: receipt.erased.seq.0 }
    }
}
