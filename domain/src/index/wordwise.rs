//! Word by word: for each wordpiece of the query the nearest one of a memory or of its neighbours.

use std::collections::HashMap;

use crate::encoding::table::Table;
use crate::index::context::Context;
use crate::index::slots::Slots;
use crate::index::vectors::dots;

/// Longer queries are rarely answered whole: from this many content words on the signal falls.
const WORDS: f32 = 8.0;

/// Cosines between the wordpieces of a query and those of the units that may answer.
pub(super) struct Wordwise {
    /// What each wordpiece of the query counts; the sum is 1.
    weights: Vec<f32>,
    /// The nearest cosine of each unit to each wordpiece of the query, by the unit's slot.
    nearest: HashMap<u32, Vec<f32>>,
}

impl Wordwise {
    /// Compares the wordpieces of a query of `words` content words with those of `units` and of their neighbours.
    pub(super) fn of(
        table: &Table,
        asked: &[(u16, f32)],
        words: usize,
        units: &[u32],
        slots: &Slots,
        context: &Context,
    ) -> Self {
        let sum: f32 = asked.iter().map(|(_, weight)| weight).sum();
        if sum <= 0.0 {
            return Self { weights: vec![], nearest: HashMap::new() };
        }
        let short = (WORDS / words.max(1) as f32).min(1.0);
        let weights: Vec<f32> = asked.iter().map(|(_, weight)| weight / sum * short).collect();
        let mut read: Vec<u32> = units.to_vec();
        read.extend(units.iter().flat_map(|unit| context.read_with(*unit)).map(|(near, _)| near));
        read.sort_unstable();
        read.dedup();
        let mut pieces: Vec<u16> = read.iter().flat_map(|slot| &*slots.read[*slot as usize].pieces).copied().collect();
        pieces.sort_unstable();
        pieces.dedup();
        let cosines = cosines(table, asked, &pieces);
        let nearest = |slot: &u32| {
            let mut best = vec![0f32; asked.len()];
            for piece in &slots.read[*slot as usize].pieces {
                let at = pieces.binary_search(piece).expect("every piece of every unit was gathered");
                let row = &cosines[at * asked.len()..][..asked.len()];
                best.iter_mut().zip(row).for_each(|(best, cosine)| *best = best.max(*cosine));
            }
            (*slot, best)
        };
        Self { weights, nearest: read.iter().map(nearest).collect() }
    }

    /// The signal of a unit read with its neighbours, 0 to 1.
    pub(super) fn signal(&self, slot: u32, context: &Context) -> f32 {
        let Some(own) = self.nearest.get(&slot) else { return 0.0 };
        let near: Vec<(&[f32], f32)> = (context.read_with(slot))
            .filter_map(|(near, weight)| Some((self.nearest.get(&near)?.as_slice(), weight)))
            .collect();
        let best = |at: usize| near.iter().map(|(cosines, weight)| cosines[at] * weight).fold(own[at], f32::max);
        self.weights.iter().enumerate().map(|(at, weight)| weight * best(at)).sum()
    }
}

/// The cosine of each of `pieces` with each of `asked`, 0 where it is negative: one row a piece.
fn cosines(table: &Table, asked: &[(u16, f32)], pieces: &[u16]) -> Vec<f32> {
    let mut rows: Vec<i8> = Vec::with_capacity(pieces.len() * dots::padded(table.dims()));
    let mut norms = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (norm, row) = table.direction(*piece).unwrap_or_default();
        norms.push(norm);
        rows.extend_from_slice(row);
        rows.resize(norms.len() * dots::padded(table.dims()), 0);
    }
    let mut cosines = vec![0f32; pieces.len() * asked.len()];
    let mut products = vec![0i32; pieces.len()];
    for (nth, (piece, _)) in asked.iter().enumerate() {
        let Some((norm, row)) = table.direction(*piece) else { continue };
        dots::dots(&dots::widened(row), &rows, &mut products);
        for ((at, &product), &other) in products.iter().enumerate().zip(&norms) {
            cosines[at * asked.len() + nth] = (product as f32 * norm * other).clamp(0.0, 1.0);
        }
    }
    cosines
}
