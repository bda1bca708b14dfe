//! The turns of each session in their order, and who stands beside whom.

use crate::index::labels::Number;
use crate::memory::Seq;
use crate::time::Timestamp;

/// Slots before and after: two before, one before, one after, two after; [`NONE`] where there is none.
pub(super) type Beside = [u32; 4];

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// How far neighbours are read with a turn, to each side.
const REACH: usize = 2;

/// A turn's place in its session.
pub(super) type Turn = (Timestamp, Seq, u32);

/// The sessions of a namespace, by the number of their label.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    sessions: Vec<Vec<Turn>>,
}

impl Conversations {
    /// Adds a turn; the slots whose neighbours are others now, its own among them.
    pub(super) fn add(&mut self, session: Number, turn: Turn) -> Vec<u32> {
        let at = session.get() as usize;
        if self.sessions.len() <= at {
            self.sessions.resize_with(at + 1, Vec::new);
        }
        let turns = &mut self.sessions[at];
        let place = turns.partition_point(|other| *other < turn);
        turns.insert(place, turn);
        around(turns, place)
    }

    /// Takes a turn away; the slots whose neighbours are others now.
    pub(super) fn remove(&mut self, session: Number, turn: Turn) -> Vec<u32> {
        let Some(turns) = self.sessions.get_mut(session.get() as usize) else { return vec![] };
        let Ok(place) = turns.binary_search(&turn) else { return vec![] };
        turns.remove(place);
        if turns.is_empty() {
            *turns = Vec::new();
        }
        around(turns, place)
    }

    /// Who stands beside a turn.
    pub(super) fn beside(&self, session: Number, turn: Turn) -> Beside {
        let Some(turns) = self.sessions.get(session.get() as usize) else { return [NONE; 4] };
        let Ok(place) = turns.binary_search(&turn) else { return [NONE; 4] };
        let slot = |at: Option<usize>| at.and_then(|at| turns.get(at)).map_or(NONE, |turn| turn.2);
        [slot(place.checked_sub(2)), slot(place.checked_sub(1)), slot(Some(place + 1)), slot(Some(place + 2))]
    }
}

fn around(turns: &[Turn], place: usize) -> Vec<u32> {
    let from = place.saturating_sub(REACH);
    turns[from..turns.len().min(place + REACH + 1)].iter().map(|turn| turn.2).collect()
}
