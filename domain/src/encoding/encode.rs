//! From a text to its encoding: the normalised sum of its wordpieces' rows.

use crate::encoding::Encoding;
use crate::encoding::table::Table;

impl Table {
    /// A text's place in meaning; `None` where no wordpiece has a row.
    pub fn encode(&self, text: &str) -> Option<Encoding> {
        self.sum(&self.vocabulary().ids(text), |_| 1.0)
    }

    /// The same with each row times `weight` of its wordpiece, as a query is read: sqrt(idf) in the namespace asked.
    pub fn encode_weighted(&self, text: &str, weight: impl Fn(u32) -> f32) -> Option<Encoding> {
        self.sum(&self.vocabulary().ids(text), weight)
    }

    fn sum(&self, ids: &[u32], weight: impl Fn(u32) -> f32) -> Option<Encoding> {
        let mut sum = vec![0f32; self.dims()];
        for &id in ids {
            if let Some((scale, values)) = self.row(id) {
                let scale = scale * weight(id);
                for (component, &value) in sum.iter_mut().zip(values) {
                    *component += scale * f32::from(value);
                }
            }
        }
        Encoding::from_vector(self.encoder().clone(), &sum).ok()
    }
}
