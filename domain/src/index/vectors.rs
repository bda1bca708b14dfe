//! The vectors of a namespace: int8 rows, one array an encoder, read in one linear scan.

use crate::encoding::{EncoderId, Encoding, dots};

/// The vectors of all slots; a slot has at most one.
#[derive(Debug, Default)]
pub(super) struct Vectors {
    shelves: Vec<Shelf>,
    /// Where each slot's vector stands.
    places: Vec<Option<Place>>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    shelf: u16,
    row: u32,
}

/// The vectors of one encoder, without gaps.
#[derive(Debug)]
struct Shelf {
    encoder: EncoderId,
    dims: usize,
    /// Bytes of a row: `dims` filled up with zeros to whole blocks.
    stride: usize,
    rows: Vec<i8>,
    scales: Vec<f32>,
    slots: Vec<u32>,
}

impl Vectors {
    /// Gives `slot` a vector, in place of the one that it has.
    pub(super) fn put(&mut self, slot: u32, encoding: &Encoding) {
        let at = slot as usize;
        if self.places.len() <= at {
            self.places.resize(at + 1, None);
        }
        if let Some(place) = self.places[at]
            && self.shelves[usize::from(place.shelf)].holds(encoding)
        {
            self.shelves[usize::from(place.shelf)].replace(place.row, encoding);
            return;
        }
        self.remove(slot);
        if let Some((shelf, number)) = self.shelf(encoding) {
            self.places[at] = Some(Place { shelf: number, row: shelf.push(slot, encoding) });
        }
    }

    /// Takes the slot's vector away and wipes it.
    pub(super) fn remove(&mut self, slot: u32) {
        let Some(place) = self.places.get_mut(slot as usize).and_then(Option::take) else { return };
        let moved = self.shelves[usize::from(place.shelf)].swap_remove(place.row);
        if let Some(moved) = moved {
            self.places[moved as usize] = Some(place);
        }
    }

    /// Writes `weight` × max(0, cosine with `query`) of every slot whose vector is of the query's encoder into `signals`.
    pub(super) fn score(&self, query: &Encoding, weight: f32, signals: &mut [f32]) {
        for shelf in self.shelves.iter().filter(|shelf| shelf.holds(query)) {
            shelf.score(query, weight, signals);
        }
    }

    fn shelf(&mut self, encoding: &Encoding) -> Option<(&mut Shelf, u16)> {
        let at = self.shelves.iter().position(|shelf| shelf.holds(encoding)).unwrap_or_else(|| {
            self.shelves.push(Shelf::new(encoding));
            self.shelves.len() - 1
        });
        Some((&mut self.shelves[at], u16::try_from(at).ok()?))
    }
}

/// Rows scanned before their dot products are used: those stay in the nearest cache.
const AT_A_TIME: usize = 512;

impl Shelf {
    fn new(encoding: &Encoding) -> Self {
        let dims = encoding.row().len();
        let stride = dots::padded(dims);
        Self { encoder: encoding.encoder().clone(), dims, stride, rows: vec![], scales: vec![], slots: vec![] }
    }

    fn holds(&self, encoding: &Encoding) -> bool {
        self.encoder == *encoding.encoder() && self.dims == encoding.row().len()
    }

    fn push(&mut self, slot: u32, encoding: &Encoding) -> u32 {
        let row = self.slots.len();
        if self.rows.len() == self.rows.capacity() {
            // an eighth, not the double: vectors are most of what an index weighs
            self.rows.reserve_exact((row / 8).max(16) * self.stride);
        }
        self.rows.extend_from_slice(encoding.row());
        self.rows.resize((row + 1) * self.stride, 0);
        self.scales.push(encoding.scale());
        self.slots.push(slot);
        u32::try_from(row).expect("there are not more rows than slots")
    }

    fn replace(&mut self, row: u32, encoding: &Encoding) {
        let at = row as usize;
        self.rows[at * self.stride..][..self.dims].copy_from_slice(encoding.row());
        self.scales[at] = encoding.scale();
    }

    /// Puts the last row in the place of `row`; the slot whose row was moved, if one was.
    fn swap_remove(&mut self, row: u32) -> Option<u32> {
        let at = row as usize;
        let last = self.slots.len() - 1;
        self.rows.copy_within(last * self.stride.., at * self.stride);
        self.rows[last * self.stride..].fill(0);
        self.rows.truncate(last * self.stride);
        self.scales.swap_remove(at);
        self.slots.swap_remove(at);
        self.slots.get(at).copied()
    }

    fn score(&self, query: &Encoding, weight: f32, signals: &mut [f32]) {
        let wide = dots::widened(query.row());
        let scale = query.scale();
        let mut products = [0i32; AT_A_TIME];
        let rows = self.rows.chunks(AT_A_TIME * self.stride);
        let owners = self.slots.chunks(AT_A_TIME).zip(self.scales.chunks(AT_A_TIME));
        for (rows, (slots, scales)) in rows.zip(owners) {
            let products = &mut products[..slots.len()];
            dots::dots(&wide, rows, products);
            for ((&dot, &slot), &row_scale) in products.iter().zip(slots).zip(scales) {
                signals[slot as usize] = weight * (dot as f32 * scale * row_scale).clamp(0.0, 1.0);
            }
        }
    }
}
