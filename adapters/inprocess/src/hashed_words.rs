//! A text encoder without a table: each word is a direction that its hash names, a text is the sum of its words.

use application::ports::encoder::Encoder;
use application::ports::error::PortError;
use domain::encoding::{EncoderId, Encoding};

/// How many components a word moves.
const TOUCHED: usize = 8;

/// Bag of hashed words: texts that share words are near, the same everywhere and always.
#[derive(Debug, Clone)]
pub struct HashedWords {
    id: EncoderId,
    dimensions: usize,
}

impl HashedWords {
    /// An encoder into so many dimensions, 1 to [`Encoding::LIMIT`]; what is outside is brought inside.
    pub fn new(dimensions: usize) -> Self {
        let dimensions = dimensions.clamp(1, Encoding::LIMIT);
        Self { id: EncoderId::new(&format!("hashed-words-{dimensions}")), dimensions }
    }

    fn of(&self, text: &str) -> Option<Encoding> {
        let mut vector = vec![0f32; self.dimensions];
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let mut state = hash(&word.to_lowercase());
            for _ in 0..TOUCHED {
                state = next(state);
                let at = (state >> 32) as usize % self.dimensions;
                vector[at] += if state & 1 == 0 { 1.0 } else { -1.0 };
            }
        }
        Encoding::from_vector(self.id.clone(), &vector).ok()
    }
}

impl Encoder for HashedWords {
    fn id(&self) -> &EncoderId {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    async fn encode(&self, texts: &[&str]) -> Result<Vec<Option<Encoding>>, PortError> {
        Ok(texts.iter().map(|text| self.of(text)).collect())
    }

    async fn encode_query(&self, text: &str) -> Result<Option<Encoding>, PortError> {
        Ok(self.of(text))
    }
}

/// FNV-1a, 64 bits.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// One step of `SplitMix64` (Steele, Lea, Flood 2014).
fn next(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
