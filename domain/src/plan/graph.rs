//! What waits for what, by place: rings found and opened, the rest put in order.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// A graph over the places 0 to `n`, edges from what comes first to what waits for it.
///
/// Places are in order of preference: a smaller one goes first where nothing else decides.
pub(super) struct Graph {
    later: Vec<BTreeSet<usize>>,
}

impl Graph {
    /// `edges` are (before, after); an edge from a place to itself is a ring of one.
    pub(super) fn new(n: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut later = vec![BTreeSet::new(); n];
        for (before, after) in edges {
            later[before].insert(after);
        }
        Self { later }
    }

    /// The rings: strongly connected components of two or more places, and places that wait for themselves; each
    /// ascending, by first place.
    pub(super) fn rings(&self) -> Vec<Vec<usize>> {
        let mut rings: Vec<Vec<usize>> =
            Components::of(&self.later).into_iter().filter(|part| part.len() > 1 || self.loops(part[0])).collect();
        rings.iter_mut().for_each(|ring| ring.sort_unstable());
        rings.sort_unstable();
        rings
    }

    /// Takes edges out until no ring is left, and answers them. In each ring the place that `last` ranks highest comes
    /// last: what it should come before does not wait for it.
    pub(super) fn open<K: Ord>(&mut self, last: impl Fn(usize) -> K) -> BTreeSet<(usize, usize)> {
        let mut taken = BTreeSet::new();
        let mut rings = self.rings();
        while !rings.is_empty() {
            for ring in rings {
                let Some(end) = ring.iter().copied().max_by_key(|&place| last(place)) else { continue };
                for after in ring {
                    if self.later[end].remove(&after) {
                        taken.insert((end, after));
                    }
                }
            }
            rings = self.rings();
        }
        taken
    }

    /// Every place after all that it waits for (Kahn), the preferred first where there is a choice. Places in rings are
    /// left out: open them before.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut waiting = vec![0usize; self.later.len()];
        for &after in self.later.iter().flatten() {
            waiting[after] += 1;
        }
        let mut ready: BinaryHeap<Reverse<usize>> =
            (0..waiting.len()).filter(|&place| waiting[place] == 0).map(Reverse).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(Reverse(place)) = ready.pop() {
            order.push(place);
            for &after in &self.later[place] {
                waiting[after] -= 1;
                if waiting[after] == 0 {
                    ready.push(Reverse(after));
                }
            }
        }
        order
    }

    fn loops(&self, place: usize) -> bool {
        self.later[place].contains(&place)
    }
}

/// Strongly connected components (R. Tarjan, Depth-first search and linear graph algorithms, 1972), without recursion:
/// a chain may be longer than a stack is deep.
struct Components<'a> {
    later: &'a [BTreeSet<usize>],
    met: Vec<Option<usize>>,
    low: Vec<usize>,
    open: Vec<usize>,
    is_open: Vec<bool>,
    count: usize,
    found: Vec<Vec<usize>>,
}

impl<'a> Components<'a> {
    fn of(later: &'a [BTreeSet<usize>]) -> Vec<Vec<usize>> {
        let n = later.len();
        let mut search = Self {
            later,
            met: vec![None; n],
            low: vec![0; n],
            open: Vec::new(),
            is_open: vec![false; n],
            count: 0,
            found: Vec::new(),
        };
        for root in 0..n {
            if search.met[root].is_none() {
                search.walk(root);
            }
        }
        search.found
    }

    fn walk(&mut self, root: usize) {
        let later = self.later;
        let mut path = vec![(root, later[root].iter())];
        self.enter(root);
        while let Some((place, rest)) = path.last_mut() {
            let place = *place;
            match rest.next() {
                Some(&after) => match self.met[after] {
                    None => {
                        self.enter(after);
                        path.push((after, later[after].iter()));
                    }
                    Some(met) if self.is_open[after] => self.low[place] = self.low[place].min(met),
                    Some(_) => {}
                },
                None => {
                    path.pop();
                    if let Some(&(parent, _)) = path.last() {
                        self.low[parent] = self.low[parent].min(self.low[place]);
                    }
                    self.close(place);
                }
            }
        }
    }

    fn enter(&mut self, place: usize) {
        self.met[place] = Some(self.count);
        self.low[place] = self.count;
        self.count += 1;
        self.open.push(place);
        self.is_open[place] = true;
    }

    /// If nothing open before `place` can be reached from it, all that is open since is one component.
    fn close(&mut self, place: usize) {
        if self.met[place] != Some(self.low[place]) {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.open.pop() {
            self.is_open[member] = false;
            component.push(member);
            if member == place {
                break;
            }
        }
        self.found.push(component);
    }
}
