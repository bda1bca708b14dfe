//! Reading the static encoder's table, and encoding by it.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/tables.rs"]
mod tables;

use domain::encoding::EncoderId;
use domain::encoding::table::{InvalidTable, Table};
use proptest::prelude::*;
use tables::table_bytes;

const WORDS: [&str; 6] = ["[PAD]", "[UNK]", "dog", "cat", "##s", "run"];

fn table() -> Table {
    Table::parse(&table_bytes("tiny-1", &WORDS, 8)).unwrap()
}

#[test]
fn a_table_is_read_whole() {
    let table = table();
    assert_eq!(table.encoder(), &EncoderId::new("tiny-1"));
    assert_eq!((table.rows(), table.dims()), (6, 8));
    assert_eq!(table.vocabulary().ids("Dogs run"), [2, 4, 5]);
    assert!(table.row(0).is_none(), "a zero row carries nothing");
    assert!(table.row(2).is_some());
    assert!(table.row(6).is_none());
}

#[test]
fn a_text_is_the_sum_of_its_rows() {
    let table = table();
    let (dog, cat) = (table.row(2).unwrap(), table.row(3).unwrap());
    let sum: Vec<f64> = dog.1.iter().zip(cat.1).map(|(&a, &b)| f64::from(a) + f64::from(b)).collect();
    let norm = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
    let vector = table.encode("Dog, cat!").unwrap().vector();
    // the marks are unknown pieces: weigh them away
    let weighted = table.encode_pieces(&table.pieces("Dog, cat!"), |id| f32::from(u8::from(id != 1))).unwrap().vector();
    assert!(weighted.iter().zip(&sum).all(|(a, b)| (a - b / norm).abs() < 0.01));
    assert_ne!(vector, weighted);
}

#[test]
fn a_text_without_rows_has_no_encoding() {
    assert_eq!(table().encode(" \t\n"), None);
    assert_eq!(table().encode_pieces(&table().pieces("dog"), |_| 0.0), None);
}

#[test]
fn every_shortened_table_is_refused() {
    let bytes = table_bytes("tiny-1", &WORDS, 8);
    for length in 0..bytes.len() {
        assert!(Table::parse(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn a_table_with_something_behind_is_refused() {
    let mut bytes = table_bytes("tiny-1", &WORDS, 8);
    bytes.push(0);
    assert!(matches!(Table::parse(&bytes), Err(InvalidTable::Length { .. })));
}

#[test]
fn a_header_that_lies_is_refused_without_trying() {
    for (at, what) in [(8, "rows"), (12, "dimensions"), (16, "length of the id")] {
        let mut bytes = table_bytes("tiny-1", &WORDS, 8);
        bytes[at..at + 4].fill(0xff);
        assert!(Table::parse(&bytes).is_err(), "{what}");
    }
}

#[test]
fn one_word_too_few_is_named() {
    let words: Vec<&str> = WORDS.iter().copied().chain(["a\nb"]).collect();
    let refused = Table::parse(&table_bytes("tiny-1", &words, 8)).unwrap_err();
    assert_eq!(refused, InvalidTable::Words { words: 8, rows: 7 });
}

#[test]
fn a_scale_that_is_no_number_is_refused() {
    let mut bytes = table_bytes("tiny-1", &WORDS, 8);
    let scales = bytes.len() - 6 * 8 - 6 * 4;
    bytes[scales + 4..scales + 8].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_eq!(Table::parse(&bytes).unwrap_err(), InvalidTable::Scale(1));
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd(tail in proptest::collection::vec(any::<u8>(), 0..64)) {
        let bytes: Vec<u8> = b"SOMATAB1".iter().copied().chain(tail).collect();
        let _ = Table::parse(&bytes);
    }

    #[test]
    fn no_text_is_too_odd(text in any::<String>()) {
        let encoding = table().encode(&text);
        prop_assert!(encoding.is_none_or(|encoding| encoding.scale().is_finite()));
    }
}
