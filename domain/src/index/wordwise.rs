//! Word by word: for each wordpiece of the query the nearest one of a memory or of its neighbours.

use crate::encoding::dots;
use crate::encoding::table::Table;
use crate::index::context::Context;
use crate::index::fetch::{look_at, look_at_rows};
use crate::index::slots::Slots;

/// Longer queries are rarely answered whole: from this many content words on the signal falls.
const WORDS: f32 = 8.0;

/// Numbers that are compared in one step.
const LANES: usize = 8;

/// Cosines are whole numbers, so many for one: a step compares twice as many of them as of `f32`.
const ONE: f32 = i16::MAX as f32;

/// Neighbours that count less are not compared: some word of the unit itself is nearer than that.
const LEAST: f32 = 0.2;

/// Rows of the table that are fetched before they are compared: they lie far apart, and one wait serves all.
const FETCHED: usize = 16;

/// Cosines between the wordpieces of a query and those of the units that may answer.
pub(super) struct Wordwise {
    /// What each wordpiece of the query counts, over [`ONE`], filled up to whole steps with zeros; the sum is 1 for a short
    /// query.
    weights: Vec<f32>,
    /// The units that were read, ascending.
    read: Vec<u32>,
    /// The nearest cosine of each of them to each wordpiece of the query, in parts of [`ONE`], 0 where it is negative.
    nearest: Vec<i16>,
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
            return Self { weights: vec![], read: vec![], nearest: vec![] };
        }
        let short = (WORDS / words.max(1) as f32).min(1.0);
        let mut weights: Vec<f32> = asked.iter().map(|(_, weight)| weight / sum * short / ONE).collect();
        weights.resize(asked.len().next_multiple_of(LANES), 0.0);
        let mut read: Vec<u32> = units.to_vec();
        read.extend(units.iter().flat_map(|unit| near(*unit, context)).map(|(near, _)| near));
        read.sort_unstable();
        read.dedup();
        let pieces = Pieces::of(table.rows(), &read, slots);
        let cosines = cosines(table, asked, &pieces.distinct, weights.len());
        let width = weights.len();
        let mut nearest = vec![0i16; read.len() * width];
        let mut places = pieces.places.as_slice();
        for (slot, best) in read.iter().zip(nearest.chunks_exact_mut(width)) {
            let (own, others) = places.split_at(slots.read[*slot as usize].pieces.len());
            own.iter().for_each(|place| raise(best, &cosines[usize::from(*place) * width..][..width]));
            places = others;
        }
        Self { weights, read, nearest }
    }

    /// The signal of a unit read with its neighbours, 0 to 1.
    pub(super) fn signal(&self, slot: u32, context: &Context) -> f32 {
        let Some(own) = self.nearest(slot) else { return 0.0 };
        let mut best: Vec<f32> = own.iter().map(|&cosine| f32::from(cosine)).collect();
        for (near, weight) in near(slot, context) {
            for (best, &cosine) in best.iter_mut().zip(self.nearest(near).unwrap_or_default()) {
                *best = best.max(weight * f32::from(cosine));
            }
        }
        self.weights.iter().zip(&best).map(|(weight, cosine)| weight * cosine).sum()
    }

    fn nearest(&self, slot: u32) -> Option<&[i16]> {
        let at = self.read.binary_search(&slot).ok()?;
        self.nearest.chunks_exact(self.weights.len()).nth(at)
    }
}

/// The neighbours whose words are compared with those of a query too.
fn near(slot: u32, context: &Context) -> impl Iterator<Item = (u32, f32)> {
    context.read_with(slot).filter(|(_, weight)| *weight >= LEAST)
}

/// Raises each of `best` to the number in its place, if that is more.
#[inline]
fn raise(best: &mut [i16], numbers: &[i16]) {
    for (best, numbers) in best.as_chunks_mut::<LANES>().0.iter_mut().zip(numbers.as_chunks::<LANES>().0) {
        *best = std::array::from_fn(|lane| best[lane].max(numbers[lane]));
    }
}

/// The different wordpieces of some units.
struct Pieces {
    distinct: Vec<u16>,
    /// The place of each of the units' wordpieces among the distinct ones, unit after unit.
    places: Vec<u16>,
}

impl Pieces {
    fn of(rows: usize, units: &[u32], slots: &Slots) -> Self {
        let mut place_of = vec![u16::MAX; rows];
        let of_units = || units.iter().map(|slot| &*slots.read[*slot as usize].pieces);
        look_at(of_units().filter_map(<[u16]>::first).copied());
        let all = of_units().map(<[u16]>::len).sum();
        let mut pieces = Self { distinct: vec![], places: Vec::with_capacity(all) };
        for &piece in of_units().flatten() {
            let place = &mut place_of[usize::from(piece)];
            if *place == u16::MAX {
                *place = pieces.distinct.len() as u16;
                pieces.distinct.push(piece);
            }
            pieces.places.push(*place);
        }
        pieces
    }
}

/// The cosine of each of `pieces` with each of `asked` in parts of [`ONE`], 0 where it is negative: a row of `width` numbers
/// a piece.
fn cosines(table: &Table, asked: &[(u16, f32)], pieces: &[u16], width: usize) -> Vec<i16> {
    let stride = dots::padded(table.dims());
    let mut queries = Vec::with_capacity(asked.len() * stride);
    let mut scales = Vec::with_capacity(asked.len());
    for (piece, _) in asked {
        let (norm, row) = table.direction(*piece).unwrap_or_default();
        scales.push(norm);
        queries.extend(dots::widened(row));
        queries.resize(scales.len() * stride, 0);
    }
    let mut cosines = vec![0i16; pieces.len() * width];
    let (mut room, mut products) = (vec![0i16; stride], vec![0i32; asked.len()]);
    for (pieces, cosines) in pieces.chunks(FETCHED).zip(cosines.chunks_mut(FETCHED * width)) {
        look_at_rows(pieces.iter().filter_map(|piece| Some(table.direction(*piece)?.1)));
        for (piece, cosines) in pieces.iter().zip(cosines.chunks_exact_mut(width)) {
            let Some((norm, row)) = table.direction(*piece) else { continue };
            dots::compare(&queries, row, &mut room, &mut products);
            for ((cosine, &product), &scale) in cosines.iter_mut().zip(&products).zip(&scales) {
                *cosine = (product as f32 * scale * norm * ONE).clamp(0.0, ONE) as i16;
            }
        }
    }
    cosines
}
