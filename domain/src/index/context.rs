//! The context kernel: a turn is read together with its neighbours in the session, an answer with its question.
//!
//! Each unit has the slots beside it and what they count; a unit without neighbours is read alone.

use crate::index::conversations::{Beside, NONE};

/// What the turn two before counts, the one after, the one two after; the turn itself counts 1.
const TWO_BEFORE: f32 = 0.4;
const AFTER: f32 = 0.3;
const TWO_AFTER: f32 = 0.1;
/// What the turn before counts at least, and what it may count more if another asked there.
const BEFORE: f32 = 0.4;
const ASKED: f32 = 0.6;

/// What neighbours count in meaning, beside what they count in words.
pub(super) const IN_MEANING: f32 = 0.7;

/// The neighbours of every slot.
#[derive(Debug, Default)]
pub(super) struct Context {
    beside: Vec<Beside>,
    /// What the turn before counts.
    inherited: Vec<f32>,
    /// Words of the unit with its neighbours, by their weights, in 256ths: whole numbers add up to the same in any order.
    lengths: Vec<u32>,
    total: u64,
}

impl Context {
    /// Makes room for a slot.
    pub(super) fn reach(&mut self, slot: u32) {
        let slots = slot as usize + 1;
        if self.beside.len() < slots {
            self.beside.resize(slots, [NONE; 4]);
            self.inherited.resize(slots, 0.0);
            self.lengths.resize(slots, 0);
        }
    }

    /// Sets who stands beside a slot; `asks` is the share of questions in the turn before, if another said it.
    pub(super) fn set(&mut self, slot: u32, beside: Beside, asks: f32) {
        self.beside[slot as usize] = beside;
        self.inherited[slot as usize] = BEFORE + ASKED * (2.0 * asks).min(1.0);
    }

    /// Sets the words that a slot is read with.
    pub(super) fn set_length(&mut self, slot: u32, words: f32) {
        let length = (words * 256.0).round() as u32;
        let old = std::mem::replace(&mut self.lengths[slot as usize], length);
        self.total = self.total + u64::from(length) - u64::from(old);
    }

    /// Forgets a slot.
    pub(super) fn clear(&mut self, slot: u32) {
        self.set_length(slot, 0.0);
        self.beside[slot as usize] = [NONE; 4];
    }

    /// The neighbours that a slot is read with, and what each counts.
    pub(super) fn read_with(&self, slot: u32) -> impl Iterator<Item = (u32, f32)> {
        let weights = [TWO_BEFORE, self.inherited[slot as usize], AFTER, TWO_AFTER];
        self.beside[slot as usize].into_iter().zip(weights).filter(|&(near, _)| near != NONE)
    }

    /// The slots that read this one as their neighbour, and what it counts there.
    #[inline]
    pub(super) fn read_by(&self, slot: u32) -> impl Iterator<Item = (u32, f32)> {
        let [two_before, before, after, two_after] = self.beside[slot as usize];
        let inherited = if after == NONE { 0.0 } else { self.inherited[after as usize] };
        [(two_before, TWO_AFTER), (before, AFTER), (after, inherited), (two_after, TWO_BEFORE)]
            .into_iter()
            .filter(|&(near, _)| near != NONE)
    }

    /// Words that a slot is read with, over those of the mean of `units`.
    pub(super) fn relative_lengths(&self, units: usize) -> impl Fn(u32) -> f32 {
        let share = units as f32 / (self.total as f32).max(1.0);
        move |slot| self.lengths[slot as usize] as f32 * share
    }
}
