//! Dot products of int8 rows: one query against many rows, 16-bit products summed in 32 bits (4,096 × 128² fits).
//!
//! Rows are filled up with zeros to whole blocks ([`padded`]) and stand one after the other. Every version of the scan,
//! the processor's widest one among them, gives the same whole numbers.

use std::hint::black_box;

use multiversion::multiversion;

/// Rows are whole blocks of this many components.
const BLOCK: usize = 64;

/// Rows of whole blocks of this many components are scanned by these.
const WIDE: usize = 256;

/// A scan: query, rows as long as the query, room for a dot product a row.
pub type Scan = fn(&[i16], &[i8], &mut [i32]);

/// A comparison: queries, one after the other, a row, room to widen it, room for a dot product a query.
pub type Comparison = fn(&[i16], &[i8], &mut [i16], &mut [i32]);

/// The scan in use, and the same with narrower instructions or none beyond the architecture's: for comparing them.
pub const VERSIONS: [Scan; 3] = [dots, narrow, plain];

/// The same of the comparison.
pub const COMPARISONS: [Comparison; 3] = [compare, compare_narrow, compare_plain];

/// Components of a row, filled up to whole blocks.
pub fn padded(dims: usize) -> usize {
    dims.next_multiple_of(BLOCK)
}

/// A row as a query: 16 bits a component, filled up with zeros to whole blocks.
pub fn widened(row: &[i8]) -> Vec<i16> {
    let mut wide: Vec<i16> = row.iter().map(|&x| i16::from(x)).collect();
    wide.resize(padded(row.len()), 0);
    wide
}

/// The dot products of `query` (whole blocks) with each of `rows` (as long as the query, one after the other).
pub fn dots(query: &[i16], rows: &[i8], dots: &mut [i32]) {
    // hidden, lest the compiler widen the query to 32 bits ahead of the loop and spill it: that costs twice the time
    scan(black_box(query), rows, dots);
}

/// The dot products of each of `queries` (whole blocks, one after the other) with one `row`: where few queries meet many
/// scattered rows, each of which is read once. `room` is as long as a query and, behind the row's length, zero.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512vl+avx512vnni",
    "x86_64+avx512f+avx512bw+avx512vl",
    "x86_64+avx2",
    "aarch64+neon"
))]
pub fn compare(queries: &[i16], row: &[i8], room: &mut [i16], dots: &mut [i32]) {
    comparison(queries, row, room, dots);
}

#[multiversion(targets("x86_64+avx2"))]
fn compare_narrow(queries: &[i16], row: &[i8], room: &mut [i16], dots: &mut [i32]) {
    comparison(queries, row, room, dots);
}

fn compare_plain(queries: &[i16], row: &[i8], room: &mut [i16], dots: &mut [i32]) {
    comparison(queries, row, room, dots);
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512vl+avx512vnni",
    "x86_64+avx512f+avx512bw+avx512vl",
    "x86_64+avx2",
    "aarch64+neon"
))]
fn scan(query: &[i16], rows: &[i8], dots: &mut [i32]) {
    products(query, rows, dots);
}

#[multiversion(targets("x86_64+avx2"))]
fn narrow(query: &[i16], rows: &[i8], dots: &mut [i32]) {
    products(query, rows, dots);
}

fn plain(query: &[i16], rows: &[i8], dots: &mut [i32]) {
    products(query, rows, dots);
}

// Fixed-size blocks and indexed loops are what the compiler turns into multiply-adds, and the fewer blocks a row has the
// fewer sums are added up crosswise: slices with `zip` took twice as long, the build without versions three times, blocks
// of 64 instead of 256 a third more.
#[inline(always)]
fn products(query: &[i16], rows: &[i8], dots: &mut [i32]) {
    if query.len().is_multiple_of(WIDE) {
        products_by::<WIDE>(query, rows, dots);
    } else {
        products_by::<BLOCK>(query, rows, dots);
    }
}

#[inline(always)]
fn products_by<const BY: usize>(query: &[i16], rows: &[i8], dots: &mut [i32]) {
    let (query, _) = query.as_chunks::<BY>();
    let (rows, _) = rows.as_chunks::<BY>();
    for (row, dot) in rows.chunks_exact(query.len().max(1)).zip(dots) {
        *dot = product(query, row);
    }
}

#[inline(always)]
fn product<X: Copy + Into<i32>, const BY: usize>(query: &[[i16; BY]], row: &[[X; BY]]) -> i32 {
    let mut sum = 0i32;
    for (query, row) in query.iter().zip(row) {
        for i in 0..BY {
            sum += i32::from(query[i]) * row[i].into();
        }
    }
    sum
}

#[inline(always)]
fn comparison(queries: &[i16], row: &[i8], room: &mut [i16], dots: &mut [i32]) {
    room.iter_mut().zip(row).for_each(|(wide, &x)| *wide = i16::from(x));
    if room.len().is_multiple_of(WIDE) {
        comparison_by::<WIDE>(queries, room, dots);
    } else {
        comparison_by::<BLOCK>(queries, room, dots);
    }
}

#[inline(always)]
fn comparison_by<const BY: usize>(queries: &[i16], row: &[i16], dots: &mut [i32]) {
    let (row, _) = row.as_chunks::<BY>();
    let (queries, _) = queries.as_chunks::<BY>();
    for (query, dot) in queries.chunks_exact(row.len().max(1)).zip(dots) {
        *dot = product(query, row);
    }
}
