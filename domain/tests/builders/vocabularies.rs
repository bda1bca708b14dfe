//! A table of the real one's shape.

use std::sync::Arc;

use domain::encoding::table::Table;

use crate::tables::table_bytes;

/// Rows, dimensions and the first row that is not zero, as in BERT's uncased vocabulary.
const ROWS: usize = 30_522;
const DIMS: u32 = 256;
const FIRST: usize = 999;

/// Punctuation, digits and letters of some scripts alone and inside words, then numbered words `w0`, `w1`, ….
pub(crate) fn real_table() -> Arc<Table> {
    let unused = (0..FIRST).map(|n| match n {
        0 => "[PAD]".to_owned(),
        100 => "[UNK]".to_owned(),
        _ => format!("[unused{n}]"),
    });
    let alone = "!\"#$%&'()*+,-./:;<=>?@[]^_{|}~".chars().map(String::from);
    let letters =
        "abcdefghijklmnopqrstuvwxyz0123456789אבגדהוזחטילמנסעפקרשתابتجحدرسعفقكلمنهويабвгдежзиклмнопрст一中人大学国日本";
    let inside = letters.chars().flat_map(|c| [c.to_string(), format!("##{c}")]);
    let words: Vec<String> =
        unused.chain(alone).chain(inside).chain((0..ROWS).map(|n| format!("w{n}"))).take(ROWS).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut bytes = table_bytes("real-1", &words, DIMS);
    let values = bytes.len() - ROWS * DIMS as usize;
    bytes[values - 4 * ROWS..values - 4 * (ROWS - FIRST)].fill(0);
    Arc::new(Table::parse(&bytes).unwrap())
}
