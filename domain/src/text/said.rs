//! What was said, and its sentences.

/// The text without annotations in square brackets at its end, such as a picture's caption: "Look! [a dog on a beach]".
///
/// An annotation follows white space and has a letter in it; it is cut only where something is left before it.
pub fn said(text: &str) -> &str {
    let mut said = text.trim_end();
    while let Some(before) = annotated(said) {
        said = before;
    }
    said
}

/// What stands before the annotation that the text ends in.
fn annotated(text: &str) -> Option<&str> {
    let inner = text.strip_suffix(']')?;
    let mut open = 1;
    let at = inner.rfind(|c| {
        open += i32::from(c == ']') - i32::from(c == '[');
        open == 0
    })?;
    let (before, annotation) = inner.split_at(at);
    let said = before.trim_end();
    (said.len() < before.len() && !said.is_empty() && annotation.contains(char::is_alphabetic)).then_some(said)
}

/// The sentences of a text in reading order, without the white space around them; never a blank one.
///
/// A sentence ends at `.`, `!` or `?` before white space or at the end of the text, and at `。`, `！` or `？` anywhere.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (sentence, after) = rest.split_at(sentence_len(rest));
            rest = after;
            let sentence = sentence.trim();
            if !sentence.is_empty() {
                return Some(sentence);
            }
        }
        None
    })
}

/// Whether a sentence, or a whole text, ends in a question mark of any script.
pub fn asks(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
}

/// Bytes of the sentence that `text` begins with, its mark included: at least 1 for a text that is not empty.
pub(super) fn sentence_len(text: &str) -> usize {
    for (at, byte) in text.bytes().enumerate() {
        let ends = match byte {
            b'.' | b'!' | b'?' => text[at + 1..].chars().next().is_none_or(char::is_whitespace).then_some(at + 1),
            // the first bytes of the wide marks
            0xe3 | 0xef => text[at..].strip_prefix(['。', '！', '？']).map(|after| text.len() - after.len()),
            _ => None,
        };
        if let Some(end) = ends {
            let after = text[end..].trim_start_matches(['。', '！', '？', '!', '?', '」', '』', '”', '）']);
            return text.len() - after.len();
        }
    }
    text.len()
}
