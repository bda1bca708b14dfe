//! The table of the encoder: bytes are a table or an error; what a table holds is what its bytes say.

use std::sync::Arc;

use application::ports::encoder::Encoder;
use domain::encoding::table::Table;
use futures_util::FutureExt;
use somabrain_static_encoder::StaticEncoder;

use crate::choices::Choices;

const WORDS: [&str; 8] = ["[UNK]", "the", "door", "##s", "open", "a", "", "é"];

/// Bytes of a table that is nearly right.
fn nearly(choices: &mut Choices<'_>) -> Vec<u8> {
    let (rows, dims) = (choices.below(9), choices.below(9));
    let mut off = |exact: usize| if choices.one_in(12) { choices.number() as u32 } else { exact as u32 };
    let mut bytes = b"SOMATAB1".to_vec();
    bytes.extend(off(rows).to_le_bytes());
    bytes.extend(off(dims).to_le_bytes());
    bytes.extend(off(4).to_le_bytes());
    bytes.extend(b"mini");
    let words: String = (0..rows).map(|_| format!("{}\n", choices.of(&WORDS))).collect();
    bytes.extend((words.len() as u32).to_le_bytes());
    bytes.extend(words.as_bytes());
    for _ in 0..rows {
        bytes.extend(choices.of(&[1.0, 0.0, 0.5, f32::MAX, f32::MIN_POSITIVE, -1.0, f32::NAN]).to_le_bytes());
    }
    bytes.extend((0..rows * dims).map(|_| choices.byte()));
    bytes
}

#[test]
fn table() {
    bolero::check!().for_each(|input: &[u8]| {
        let mut choices = Choices::new(input);
        let bytes = if choices.one_in(2) { choices.rest().to_vec() } else { nearly(&mut choices) };
        let Ok(table) = Table::parse(&bytes) else { return };
        assert!(table.rows() <= 1 << 16 && table.rows() * table.dims() <= bytes.len(), "it holds more than its bytes");
        let encoder = StaticEncoder::new(Arc::new(table));
        for text in ["the doors open", "é a [UNK]", "\u{0}"] {
            let encoded = encoder.encode(&[text]).now_or_never().expect("it asks nobody").expect("it cannot fail");
            if let Some(Some(encoding)) = encoded.first() {
                let length: f64 = encoding.vector().iter().map(|x| x * x).sum();
                assert!((length - 1.0).abs() < 1e-3, "a unit vector, not of length² {length}");
            }
        }
    });
}

#[test]
fn a_header_that_announces_gigabytes_is_refused_before_any_are_taken() {
    for (rows, dims) in [(1_u32 << 16, 4096_u32), (u32::MAX, 4096), (1 << 16, u32::MAX), (u32::MAX, u32::MAX)] {
        let header = [b"SOMATAB1".to_vec(), rows.to_le_bytes().to_vec(), dims.to_le_bytes().to_vec(), vec![0; 8]];
        assert!(Table::parse(&header.concat()).is_err(), "{rows} × {dims}");
    }
}
