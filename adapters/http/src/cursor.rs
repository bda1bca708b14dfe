//! Cursors: where the next page begins, with a code that only this service can make.
//!
//! The code covers the tenant and the filter, so that a cursor continues the very list that it came from. The place is
//! hidden: places are counted over all tenants, and would tell how much the others write.

use domain::memory::Seq;
use domain::tenant::Tenant;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::problem::Problem;

/// Bytes of the place and of the code behind it.
const PLACE: usize = 8;
const CODE: usize = 16;

/// Makes and reads cursors.
#[derive(Clone)]
pub struct Cursors {
    key: [u8; 32],
}

impl Cursors {
    /// Cursors under a key that all replicas share.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The cursor for what follows `after` in the tenant's list under `filter` (any text that tells filters apart).
    pub fn write(&self, tenant: &Tenant, filter: &str, after: Seq) -> String {
        let place = after.0.to_be_bytes();
        let code = self.code(tenant, filter, place);
        self.veiled(place, &code).iter().chain(&code).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Where the cursor says that the next page begins.
    ///
    /// # Errors
    /// 422 for whatever this service has not written for that tenant and filter.
    pub fn read(&self, tenant: &Tenant, filter: &str, cursor: &str) -> Result<Seq, Problem> {
        let foreign = || Problem::field("cursor", "is not one that this service gave for this list");
        let bytes = bytes_of(cursor).ok_or_else(foreign)?;
        let (veiled, code) = bytes.split_first_chunk::<PLACE>().ok_or_else(foreign)?;
        let place = self.veiled(*veiled, code);
        // Every byte is looked at, whatever differs first, so that time tells nothing.
        let expected = self.code(tenant, filter, place);
        let differs = code.iter().zip(&expected).fold(0, |differs, (a, b)| differs | (a ^ b));
        if code.len() != CODE || differs != 0 {
            return Err(foreign());
        }
        Ok(Seq(i64::from_be_bytes(place)))
    }

    /// The place under a veil that the code and the key make, or without it again.
    fn veiled(&self, place: [u8; PLACE], code: &[u8]) -> [u8; PLACE] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length is accepted");
        mac.update(code);
        // No text has this byte, so that no code is made of the same bytes.
        mac.update(&[0xff]);
        let veil = mac.finalize().into_bytes();
        std::array::from_fn(|at| place[at] ^ veil[at])
    }

    fn code(&self, tenant: &Tenant, filter: &str, place: [u8; PLACE]) -> [u8; CODE] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length is accepted");
        mac.update(&place);
        mac.update(tenant.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(filter.as_bytes());
        let whole = mac.finalize().into_bytes();
        let mut code = [0; CODE];
        code.copy_from_slice(&whole[..CODE]);
        code
    }
}

/// The bytes of lower-case hexadecimal digits, and of nothing else.
fn bytes_of(cursor: &str) -> Option<Vec<u8>> {
    if cursor.len() != 2 * (PLACE + CODE) {
        return None;
    }
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    cursor.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}
