//! The static encoder's table: one int8 row per wordpiece.

use std::fmt;

use thiserror::Error;

use crate::encoding::wordpiece::Vocabulary;
use crate::encoding::{EncoderId, Encoding};

/// Why bytes are no table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidTable {
    /// It does not begin with `SOMATAB1`.
    #[error("does not begin with SOMATAB1")]
    Magic,
    /// It ends before what its header announces.
    #[error("has {found} bytes, its header announces {announced}")]
    Length {
        /// Bytes found.
        found: usize,
        /// Bytes announced, as far as the header could be read.
        announced: usize,
    },
    /// More rows than 16-bit numbers can tell apart.
    #[error("has {0} rows, at most 65,536 are allowed")]
    Rows(usize),
    /// A number of dimensions that no encoding may have.
    #[error("has {0} dimensions, must be 1 to 4096")]
    Dimensions(usize),
    /// The encoder's id or the vocabulary is not UTF-8.
    #[error("holds text that is not UTF-8")]
    Text,
    /// The vocabulary has not one word per row.
    #[error("has {words} words for {rows} rows")]
    Words {
        /// Words found.
        words: usize,
        /// Rows announced.
        rows: usize,
    },
    /// A scale that is negative or not finite.
    #[error("row {0} has a scale that is negative or not finite")]
    Scale(usize),
}

/// A static encoder: vocabulary and one vector per wordpiece, row `i` = `scale[i]` × `values[i]`.
pub struct Table {
    encoder: EncoderId,
    vocabulary: Vocabulary,
    dims: usize,
    scales: Box<[f32]>,
    values: Box<[i8]>,
    /// 1 / ‖values of a row‖; 0 where the row or its scale is zero.
    norms: Box<[f32]>,
}

const MAGIC: &[u8] = b"SOMATAB1";

impl Table {
    /// Reads a table, little-endian: `SOMATAB1`; u32 rows; u32 dims; u32 length and encoder id; u32 length and
    /// vocabulary (a wordpiece a line, each ended by `\n`, in id order); rows × f32 scales; rows × dims i8 values.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidTable> {
        let mut reader = Reader { bytes, at: 0 };
        if reader.take(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(InvalidTable::Magic);
        }
        let (rows, dims) = (reader.number()?, reader.number()?);
        if !(1..=Encoding::LIMIT).contains(&dims) {
            return Err(InvalidTable::Dimensions(dims));
        }
        if rows > 1 << 16 {
            return Err(InvalidTable::Rows(rows));
        }
        let encoder = EncoderId::new(reader.text()?);
        let words = reader.text()?;
        let scales = reader.scales(rows)?;
        let values: Box<[i8]> =
            reader.take(rows.saturating_mul(dims))?.iter().map(|&byte| byte.cast_signed()).collect();
        let norm = |(row, &scale): (&[i8], &f32)| if scale > 0.0 { inverse_norm(row) } else { 0.0 };
        let norms = values.chunks_exact(dims).zip(&scales).map(norm).collect();
        if reader.at != bytes.len() {
            return Err(InvalidTable::Length { found: bytes.len(), announced: reader.at });
        }
        if words.split_terminator('\n').count() != rows {
            return Err(InvalidTable::Words { words: words.split_terminator('\n').count(), rows });
        }
        Ok(Self { encoder, vocabulary: Vocabulary::new(words.split_terminator('\n')), dims, scales, values, norms })
    }

    /// The encoder that this table is.
    pub fn encoder(&self) -> &EncoderId {
        &self.encoder
    }

    /// Its wordpieces.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Dimensions of its vectors.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.scales.len()
    }

    /// The row of a wordpiece: its scale and its values; `None` where there is no such row or it is zero.
    pub fn row(&self, id: u32) -> Option<(f32, &[i8])> {
        let at = usize::try_from(id).ok()?;
        let scale = *self.scales.get(at).filter(|&&scale| scale > 0.0)?;
        let values = &self.values[at * self.dims..(at + 1) * self.dims];
        values.iter().any(|&value| value != 0).then_some((scale, values))
    }
}

/// What wordpieces are compared by.
impl Table {
    /// The wordpieces of a text that have a row, in reading order.
    pub fn pieces(&self, text: &str) -> Vec<u16> {
        let ids = self.vocabulary.ids(text).into_iter().filter_map(|id| u16::try_from(id).ok());
        ids.filter(|id| self.direction(*id).is_some()).collect()
    }

    /// The direction of a wordpiece's row: its values and what turns them into a unit vector.
    pub fn direction(&self, piece: u16) -> Option<(f32, &[i8])> {
        let at = usize::from(piece);
        let norm = *self.norms.get(at).filter(|norm| **norm > 0.0)?;
        Some((norm, &self.values[at * self.dims..(at + 1) * self.dims]))
    }
}

fn inverse_norm(row: &[i8]) -> f32 {
    let square: i32 = row.iter().map(|&x| i32::from(x) * i32::from(x)).sum();
    if square > 0 { 1.0 / (square as f32).sqrt() } else { 0.0 }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({}, {} × {})", self.encoder, self.rows(), self.dims)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], InvalidTable> {
        let end = self.at.saturating_add(length);
        let short = InvalidTable::Length { found: self.bytes.len(), announced: end };
        let taken = self.bytes.get(self.at..end).ok_or(short)?;
        self.at = end;
        Ok(taken)
    }

    fn number(&mut self) -> Result<usize, InvalidTable> {
        let bytes = self.take(4)?.first_chunk().expect("four bytes were taken");
        Ok(u32::from_le_bytes(*bytes) as usize)
    }

    fn text(&mut self) -> Result<&'a str, InvalidTable> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| InvalidTable::Text)
    }

    fn scales(&mut self, rows: usize) -> Result<Box<[f32]>, InvalidTable> {
        let (bytes, _) = self.take(rows.saturating_mul(4))?.as_chunks::<4>();
        let scales: Box<[f32]> = bytes.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        match scales.iter().position(|scale| !scale.is_finite() || *scale < 0.0) {
            Some(row) => Err(InvalidTable::Scale(row)),
            None => Ok(scales),
        }
    }
}
