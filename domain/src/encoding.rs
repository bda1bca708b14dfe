//! Where a text lies in meaning: a unit vector and the encoder that made it.

pub mod dots;
pub mod encode;
pub mod table;
pub mod wordpiece;

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// The name of an encoder, version included. Vectors of different encoders never meet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EncoderId(Arc<str>);

impl EncoderId {
    /// An encoder's name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EncoderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a vector is no encoding.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidEncoding {
    /// A vector without direction: empty, all zeros, or too small to tell.
    #[error("a vector without direction")]
    NoDirection,
    /// A component that is not a number or infinite.
    #[error("component {0} is not finite")]
    NotFinite(usize),
    /// More dimensions than a vector may have.
    #[error("{found} dimensions, at most {limit} are allowed")]
    TooLong {
        /// Dimensions found.
        found: usize,
        /// Dimensions allowed.
        limit: usize,
    },
}

/// A unit vector and the id of its encoder.
///
/// The direction is kept as int8 components and the vector *is* `row / ‖row‖`: exactly unit, the same after any
/// round trip, and a dot product of two is whole-number arithmetic, so that every machine computes the same.
/// Rounding moves a direction by less than half a degree at 256 dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    encoder: EncoderId,
    row: Box<[i8]>,
}

impl Encoding {
    /// Most dimensions.
    pub const LIMIT: usize = 4096;

    /// Rounds a vector of any length other than zero to its direction: component × 127 / largest component.
    pub fn from_vector(encoder: EncoderId, vector: &[f32]) -> Result<Self, InvalidEncoding> {
        if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
            return Err(InvalidEncoding::NotFinite(at));
        }
        let largest = vector.iter().fold(0f32, |most, x| most.max(x.abs()));
        if largest < f32::MIN_POSITIVE {
            return Err(InvalidEncoding::NoDirection);
        }
        let row = vector.iter().map(|x| (x / largest * 127.0).round() as i8).collect();
        Self::from_row(encoder, row)
    }

    /// Takes a stored row; a row is input and is checked again.
    pub fn from_row(encoder: EncoderId, row: Box<[i8]>) -> Result<Self, InvalidEncoding> {
        if row.len() > Self::LIMIT {
            return Err(InvalidEncoding::TooLong { found: row.len(), limit: Self::LIMIT });
        }
        if row.iter().all(|&x| x == 0) {
            return Err(InvalidEncoding::NoDirection);
        }
        Ok(Self { encoder, row })
    }

    /// Which encoder made it.
    pub fn encoder(&self) -> &EncoderId {
        &self.encoder
    }

    /// The direction as int8 components, unscaled.
    pub fn row(&self) -> &[i8] {
        &self.row
    }

    /// 1 / ‖row‖: what turns the row into the unit vector.
    pub fn scale(&self) -> f32 {
        let square: i64 = self.row.iter().map(|&x| i64::from(x) * i64::from(x)).sum();
        (1.0 / (square as f64).sqrt()) as f32
    }

    /// The unit vector.
    pub fn vector(&self) -> Vec<f64> {
        let square: i64 = self.row.iter().map(|&x| i64::from(x) * i64::from(x)).sum();
        let norm = (square as f64).sqrt();
        self.row.iter().map(|&x| f64::from(x) / norm).collect()
    }

    /// Cosine with another encoding of the same encoder, -1 to 1; `None` where the two may not meet.
    pub fn cosine(&self, other: &Self) -> Option<f32> {
        if self.encoder != other.encoder || self.row.len() != other.row.len() {
            return None;
        }
        let dot: i64 = self.row.iter().zip(&other.row).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
        Some((dot as f64 * f64::from(self.scale()) * f64::from(other.scale())).clamp(-1.0, 1.0) as f32)
    }
}
