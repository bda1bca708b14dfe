//! Sets of small numbers as bits, and rows of such sets.

/// Words that `n` bits fill.
pub(super) fn words(n: usize) -> usize {
    n.div_ceil(64)
}

pub(super) fn has(set: &[u64], at: u32) -> bool {
    set[at as usize / 64] >> (at % 64) & 1 == 1
}

pub(super) fn put(set: &mut [u64], at: u32) {
    set[at as usize / 64] |= 1 << (at % 64);
}

pub(super) fn drop(set: &mut [u64], at: u32) {
    set[at as usize / 64] &= !(1 << (at % 64));
}

pub(super) fn of(n: usize, members: &[u32]) -> Vec<u64> {
    let mut set = vec![0; words(n)];
    members.iter().for_each(|&at| put(&mut set, at));
    set
}

pub(super) fn all(set: &[u64], members: &[u32]) -> bool {
    members.iter().all(|&at| has(set, at))
}

pub(super) fn count(set: &[u64]) -> u32 {
    set.iter().map(|word| word.count_ones()).sum()
}

/// The members, ascending.
pub(super) fn members(set: &[u64]) -> impl Iterator<Item = u32> {
    set.iter().enumerate().flat_map(|(at, &word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros();
            let found = (rest != 0).then_some(at as u32 * 64 + bit);
            rest &= rest.wrapping_sub(1);
            found
        })
    })
}

/// Sets over the same numbers, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    width: usize,
    bits: Vec<u64>,
}

impl Rows {
    /// `rows` empty sets of numbers below `n`.
    pub(super) fn empty(rows: usize, n: usize) -> Self {
        Self { width: words(n), bits: vec![0; rows * words(n)] }
    }

    pub(super) fn row(&self, at: u32) -> &[u64] {
        &self.bits[at as usize * self.width..(at as usize + 1) * self.width]
    }

    pub(super) fn row_mut(&mut self, at: u32) -> &mut [u64] {
        &mut self.bits[at as usize * self.width..(at as usize + 1) * self.width]
    }

    pub(super) fn has(&self, row: u32, at: u32) -> bool {
        has(self.row(row), at)
    }
}
