//! Many short lists in two arrays (compressed sparse rows).

/// Lists of numbers, each reached by its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lists {
    ends: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    pub(super) fn push(&mut self, list: impl IntoIterator<Item = u32>) {
        self.items.extend(list);
        self.ends.push(u32::try_from(self.items.len()).expect("a task has fewer than 2^32 conditions"));
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, at: u32) -> &[u32] {
        let at = at as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.items[start as usize..self.ends[at] as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len() as u32).map(|at| self.get(at))
    }

    /// For each number below `n`, the places of the lists that hold it, ascending.
    pub(super) fn inverted(&self, n: usize) -> Self {
        let mut ends = vec![0u32; n];
        for &item in &self.items {
            ends[item as usize] += 1;
        }
        let mut sum = 0;
        let mut next: Vec<u32> = Vec::with_capacity(n);
        for end in &mut ends {
            next.push(sum);
            sum += *end;
            *end = sum;
        }
        let mut items = vec![0u32; self.items.len()];
        for (at, list) in self.iter().enumerate() {
            for &item in list {
                let place = &mut next[item as usize];
                items[*place as usize] = at as u32;
                *place += 1;
            }
        }
        Self { ends, items }
    }
}

impl<L: IntoIterator<Item = u32>> FromIterator<L> for Lists {
    fn from_iter<T: IntoIterator<Item = L>>(lists: T) -> Self {
        let mut all = Self::default();
        lists.into_iter().for_each(|list| all.push(list));
        all
    }
}
