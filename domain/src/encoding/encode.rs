//! From a text to its encoding: the normalised sum of its wordpieces' rows.

use crate::encoding::Encoding;
use crate::encoding::table::Table;

impl Table {
    /// A text's place in meaning; `None` where no wordpiece has a row.
    pub fn encode(&self, text: &str) -> Option<Encoding> {
        self.encode_pieces(&self.pieces(text), |_| 1.0)
    }

    /// The place in meaning of the text with these wordpieces (see [`Table::pieces`]), each row times `weight` of its
    /// wordpiece: a query's wordpieces are weighted by sqrt(idf) in the namespace asked, a memory's by 1.
    pub fn encode_pieces(&self, pieces: &[u16], weight: impl Fn(u16) -> f32) -> Option<Encoding> {
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
