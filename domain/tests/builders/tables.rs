//! Small tables for tests.

/// The bytes of a table over `words`: row `i` is seeded by `i`, the first row (padding) is zero.
pub(crate) fn table_bytes(encoder: &str, words: &[&str], dims: u32) -> Vec<u8> {
    let text: String = words.iter().map(|word| format!("{word}\n")).collect();
    let rows = u32::try_from(words.len()).unwrap();
    let mut bytes = b"SOMATAB1".to_vec();
    bytes.extend(rows.to_le_bytes());
    bytes.extend(dims.to_le_bytes());
    for text in [encoder, &text] {
        bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    for row in 0..rows {
        bytes.extend(if row == 0 { 0f32 } else { 0.01 }.to_le_bytes());
    }
    let mut state = 1u64;
    for row in 0..rows {
        for _ in 0..dims {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            bytes.push(if row == 0 { 0 } else { (state >> 56) as u8 });
        }
    }
    bytes
}
