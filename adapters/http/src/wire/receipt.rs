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
    /// The request's id: the event of the audit log that tells of the act has the same.
    pub request_id: String,
}

impl From<Receipt> for ReceiptBody {
    fn from(receipt: Receipt) -> Self {
        let Receipt { at, erased, request_id } = receipt;
        Self { erased: erased.memories.len(), erased_at: Moment(at), request_id }
    }
}
