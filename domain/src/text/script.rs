//! In which script a text is written.

/// Share of Latin letters, accented ones included, among the letters of a text: 0 to 1, and 1 where there are no letters.
pub fn latin_share(text: &str) -> f32 {
    let (mut latin, mut letters) = (0u32, 0u32);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        latin += u32::from(is_latin(c));
    }
    if letters == 0 { 1.0 } else { latin as f32 / letters as f32 }
}

fn is_latin(letter: char) -> bool {
    letter.is_ascii()
        || matches!(letter,
            '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{2af}'  // accented, extended, phonetic
            | '\u{1d00}'..='\u{1d7f}' | '\u{1e00}'..='\u{1eff}'
            | '\u{2c60}'..='\u{2c7f}' | '\u{a722}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}'
            | '\u{fb00}'..='\u{fb06}' | '\u{ff21}'..='\u{ff5a}' // ligatures, full width
        )
}
