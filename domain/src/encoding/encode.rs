//! From a text to its encoding: the normalised sum of its wordpieces' rows.

use crate::encoding::Encoding;
use crate::encoding::table::Table;

impl Table {
    /// A text's place in meaning; `None` where no wordpiece has a row.
    pub fn encode(&self, text: &str) -> Option<Encoding> {
        self.sum(&self.pieces(text), |_| 1.0)
    }

    /// The same with each row times `weight` of its wordpiece, as a query is read: sqrt(idf) in the namespace asked.
    pub fn encode_weighted(&self, text: &str, weight: impl Fn(u16) -> f32) -> Option<Encoding> {
        self.sum(&self.pieces(text), weight)
    }

    fn sum(&self, pieces: &[u16], weight: impl Fn(u16) -> f32) -> Option<Encoding> {
        let mut sum = vec![0f32; self.dims()];
        for &piece in pieces {
            if let Some((scale, values)) = self.row(piece.into()) {
                let scale = scale * weight(piece);
                for (component, &value) in sum.iter_mut().zip(values) {
                    *component += scale * f32::from(value);
                }
            }
        }
        Encoding::from_vector(self.encoder().clone(), &sum).ok()
    }
}
