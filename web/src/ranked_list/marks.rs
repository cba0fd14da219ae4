//! Selection and marks of a list: two bytes per lead.

use crate::protocol::{Mark, MarkCounts};

/// Selection and marks, by index of the lead in the file.
#[derive(Debug, Default)]
pub struct Marks {
    selected: Vec<bool>,
    /// 0 for unmarked, else 1 plus the index in [`Mark::ALL`].
    codes: Vec<u8>,
    revision: u32,
}

impl Marks {
    /// Creates marks for a list of unmarked leads.
    pub fn new(leads: usize) -> Self {
        Marks { selected: vec![false; leads], codes: vec![0; leads], revision: 0 }
    }

    /// Selects or deselects leads.
    pub fn select(&mut self, leads: &[u32], selected: bool) {
        self.revision += 1;
        for lead in leads {
            self.selected[*lead as usize] = selected;
        }
    }

    /// Marks leads; `None` removes their marks.
    pub fn mark(&mut self, leads: &[u32], mark: Option<Mark>) {
        self.revision += 1;
        for lead in leads {
            self.codes[*lead as usize] = mark.map_or(0, |mark| mark as u8 + 1);
        }
    }

    /// True when the lead is selected.
    pub fn is_selected(&self, lead: usize) -> bool {
        self.selected[lead]
    }

    /// Returns the mark of a lead.
    pub fn mark_of(&self, lead: usize) -> Option<Mark> {
        let index = self.codes[lead].checked_sub(1)?;
        Mark::ALL.get(usize::from(index)).copied()
    }

    /// Returns for each lead 0 if unmarked, else 1 plus the index in [`Mark::ALL`].
    pub fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// Iterates over all marked leads.
    pub fn marked(&self) -> impl Iterator<Item = (usize, Mark)> {
        (0..self.codes.len()).filter_map(|lead| Some((lead, self.mark_of(lead)?)))
    }

    /// Returns the numbers of selected and marked leads.
    pub fn counts(&self) -> MarkCounts {
        let selected = self.selected.iter().filter(|selected| **selected).count() as u32;
        MarkCounts { revision: self.revision, selected, marked: self.marked().count() as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_can_be_set_and_removed() {
        let mut marks = Marks::new(3);
        marks.mark(&[0, 2], Some(Mark::Replied));
        marks.mark(&[0], None);
        marks.select(&[1, 2], true);
        assert_eq!(marks.marked().collect::<Vec<_>>(), [(2, Mark::Replied)]);
        assert_eq!(marks.counts(), MarkCounts { revision: 3, selected: 2, marked: 1 });
    }

    #[test]
    fn every_mark_round_trips() {
        let mut marks = Marks::new(Mark::ALL.len());
        for (lead, mark) in (0..).zip(Mark::ALL) {
            marks.mark(&[lead], Some(mark));
            assert_eq!(marks.mark_of(lead as usize), Some(mark));
        }
    }
}
