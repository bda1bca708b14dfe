//! Checksums of rows, and the digest that finds duplicates: SHA-256 (FIPS 180-4) cut to 16 bytes.

use domain::memory::Memory;
use domain::tenant::Label;
use domain::time::Timestamp;
use sha2::{Digest as _, Sha256};

/// A digest over values in a row, each with its length or a mark, so that different rows never give the same bytes.
#[derive(Debug, Default)]
pub struct Digest(Sha256);

impl Digest {
    const BYTES: usize = 16;

    /// Of nothing yet.
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    /// Bytes behind their length.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// A text behind its length.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// A whole number.
    pub fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(number.to_le_bytes());
        self
    }

    /// A real number; both zeros are one.
    pub fn real(&mut self, number: f64) -> &mut Self {
        // SQLite keeps no sign of zero, and -0.0 + 0.0 is 0.0.
        self.0.update((number + 0.0).to_bits().to_le_bytes());
        self
    }

    /// A text, or its absence.
    pub fn maybe_text(&mut self, text: &Option<String>) -> &mut Self {
        match text {
            Some(text) => self.mark(1).text(text),
            None => self.mark(0),
        }
    }

    /// A whole number, or its absence.
    pub fn maybe_number(&mut self, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.mark(1).number(number),
            None => self.mark(0),
        }
    }

    /// The digest: 16 bytes.
    pub fn finish(self) -> Vec<u8> {
        self.0.finalize()[..Self::BYTES].to_vec()
    }

    fn mark(&mut self, mark: u8) -> &mut Self {
        self.0.update([mark]);
        self
    }
}

/// What two memories of a tenant agree in if they are duplicates: namespace, session, speaker, user, agent, content and
/// `occurred`; absent equals absent.
pub fn same(memory: &Memory) -> Vec<u8> {
    let mut digest = Digest::new();
    digest.text(memory.namespace.as_str());
    let origin = &memory.origin;
    for label in [&origin.session, &origin.speaker, &origin.user, &origin.agent] {
        // A label is never empty, so that the empty text can stand for none.
        digest.text(label.as_ref().map_or("", Label::as_str));
    }
    digest.text(memory.content.as_str()).maybe_number(memory.times.occurred.map(Timestamp::micros));
    digest.finish()
}
