//! What the user selected and marked in a list.
//!
//! Owns a byte for each lead. May not know files or scores.

use crate::agent::{Mark, Tally};

/// Selection and marks of a list's leads, which are counted from 0 in the file's order.
#[derive(Debug, Default)]
pub struct Marks {
    selected: Vec<bool>,
    /// 0 for none, else the place of the mark among all, from 1.
    marks: Vec<u8>,
    changes: u32,
}

impl Marks {
    /// Of so many leads, none of them selected or marked.
    pub fn of(leads: usize) -> Self {
        Marks { selected: vec![false; leads], marks: vec![0; leads], changes: 0 }
    }

    /// Selects leads, or no longer.
    pub fn select(&mut self, leads: &[u32], on: bool) {
        self.changes += 1;
        for lead in leads {
            self.selected[*lead as usize] = on;
        }
    }

    /// Marks leads; `None` takes their marks away.
    pub fn mark(&mut self, leads: &[u32], mark: Option<Mark>) {
        self.changes += 1;
        for lead in leads {
            self.marks[*lead as usize] = mark.map_or(0, |mark| mark as u8 + 1);
        }
    }

    /// Whether a lead is selected.
    pub fn is_selected(&self, lead: usize) -> bool {
        self.selected[lead]
    }

    /// A lead's mark.
    pub fn of_lead(&self, lead: usize) -> Option<Mark> {
        let place = self.marks[lead].checked_sub(1)?;
        Mark::ALL.get(usize::from(place)).copied()
    }

    /// For each lead the place of its mark among all, from 1; 0 for none.
    pub fn places(&self) -> &[u8] {
        &self.marks
    }

    /// All leads that bear a mark.
    pub fn marked(&self) -> impl Iterator<Item = (usize, Mark)> {
        (0..self.marks.len()).filter_map(|lead| Some((lead, self.of_lead(lead)?)))
    }

    /// How much is selected and marked.
    pub fn tally(&self) -> Tally {
        let selected = self.selected.iter().filter(|selected| **selected).count() as u32;
        Tally { changes: self.changes, selected, marked: self.marked().count() as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_and_go() {
        let mut marks = Marks::of(3);
        marks.mark(&[0, 2], Some(Mark::Replied));
        marks.mark(&[0], None);
        marks.select(&[1, 2], true);
        assert_eq!(marks.marked().collect::<Vec<_>>(), [(2, Mark::Replied)]);
        assert_eq!(marks.tally(), Tally { changes: 3, selected: 2, marked: 1 });
    }

    #[test]
    fn every_mark_is_told_apart() {
        let mut marks = Marks::of(Mark::ALL.len());
        for (lead, mark) in (0..).zip(Mark::ALL) {
            marks.mark(&[lead], Some(mark));
            assert_eq!(marks.of_lead(lead as usize), Some(mark));
        }
    }
}
