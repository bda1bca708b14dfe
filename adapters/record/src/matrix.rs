//! A density matrix as the columns of a row, and back; a row is input and all laws are checked again.

use domain::density::check::{InvariantViolation, Repaired, check, repair};
use domain::density::matrix::DensityMatrix;

use crate::checksum::Digest;

/// The columns of a row under its checksum.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Whose matrix it is.
    pub tenant: &'a str,
    /// Which one.
    pub namespace: &'a str,
    /// Dimensions, 1 or more.
    pub dimensions: i64,
    /// Memories merged.
    pub observations: i64,
    /// Merges that made it.
    pub version: i64,
    /// The lower triangle by rows, little-endian numbers of eight bytes.
    pub packed: &'a [u8],
}

impl Columns<'_> {
    /// The checksum over all of them.
    pub fn checksum(&self) -> Vec<u8> {
        let mut sum = Digest::new();
        sum.text(self.tenant).text(self.namespace).number(self.dimensions).number(self.observations);
        sum.number(self.version).bytes(self.packed);
        sum.finish()
    }

    /// The matrix, mended where it breaks a law by little.
    ///
    /// # Errors
    /// The laws that it breaks by more; none where the row is not what was written under this checksum, though its numbers
    /// break none.
    pub fn read(&self, checksum: &[u8]) -> Result<Repaired, Vec<InvariantViolation>> {
        let (dimensions, packed) = (usize::try_from(self.dimensions).unwrap_or(0), numbers(self.packed));
        let written = self.packed.len().is_multiple_of(NUMBER) && checksum == self.checksum();
        match u64::try_from(self.observations) {
            Ok(observations) if written => repair(dimensions, packed, observations),
            _ => Err(check(dimensions, &packed)),
        }
    }
}

/// Bytes of a number.
const NUMBER: usize = 8;

/// The triangle of a matrix as [`Columns::packed`] has it.
pub fn packed(matrix: &DensityMatrix) -> Vec<u8> {
    matrix.packed().iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks::<NUMBER>();
    numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}
