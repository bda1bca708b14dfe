//! Looking at what lies scattered before each is read: none waits for another then, and one wait serves all.

use std::hint::black_box;

/// Bytes that are fetched together.
const LINE: usize = 64;

/// Looks at numbers that lie far apart.
pub(super) fn look_at(numbers: impl Iterator<Item = u16>) {
    black_box(numbers.fold(0, |all, number| all | number));
}

/// Looks at every line of some rows.
pub(super) fn look_at_rows<'a>(rows: impl Iterator<Item = &'a [i8]>) {
    black_box(rows.fold(0, |all, row| row.chunks(LINE).fold(all, |all, line| all | line[0])));
}
