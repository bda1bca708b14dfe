//! An input read as choices, a byte or two each; where it ends all further choices are the first.

/// What is left of an input.
#[derive(Debug, Clone)]
pub(crate) struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn number(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// A number below `end`, at most 65,536.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let first = usize::from(self.byte());
        let drawn = if end > 256 { first << 8 | usize::from(self.byte()) } else { first };
        drawn % end.max(1)
    }

    /// True for one byte in so many; never where nothing is left, unless it is one in one.
    pub(crate) fn one_in(&mut self, many: u8) -> bool {
        self.byte() % many == many - 1
    }

    pub(crate) fn of<T: Copy>(&mut self, several: &[T]) -> T {
        several[self.below(several.len())]
    }

    /// A text: what is known, or a few characters of any kind.
    pub(crate) fn text(&mut self, known: &[&str]) -> String {
        if !self.one_in(4) {
            return self.of(known).to_owned();
        }
        let length = self.below(12);
        (0..length).map(|_| char::from_u32(self.number_of(3)).unwrap_or('\u{fffd}')).collect()
    }

    fn number_of(&mut self, bytes: usize) -> u32 {
        // Small characters are as likely as large ones.
        let bytes = self.below(bytes) + 1;
        (0..bytes).fold(0, |number, _| number << 8 | u32::from(self.byte())) & 0x1f_ffff
    }

    /// All that is left, as it stands.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}
