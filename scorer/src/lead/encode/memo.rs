//! Scratch memory of an encoder: texts that are no exact level, each folded once and counted.
//!
//! Has no effect on features: a text that is not kept is folded again.

use crate::lead::level::{FOLD_BYTES_MAX, LevelForms, LevelTally, TEXTS_MAX};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Limit of the kept texts of one field, in bytes.
const BYTES_MAX: usize = 1 << 18;

/// Scratch memory of a batch.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    /// Text in folded case, for terms.
    pub(super) folded: String,
    /// Texts of each field of the plan that are no exact level.
    pub(super) memos: Vec<LevelMemo>,
    /// True when the last lead had a text that is another spelling of a level.
    pub(super) is_respelled: bool,
}

/// Texts of one field that are no exact level.
#[derive(Debug, Clone, Default)]
pub(super) struct LevelMemo {
    texts: HashMap<String, Reading, FixedState>,
    bytes: usize,
    /// Unseen cells whose text is not kept.
    others: u64,
}

/// Level that a text reads as, and number of cells for which it was no level.
#[derive(Debug, Clone, Default)]
struct Reading {
    /// `None` until the text was folded.
    level: Option<Option<usize>>,
    unseen: u64,
}

impl LevelMemo {
    /// Index of the level that a text is another spelling of, if spellings may differ. A text without a level is counted as
    /// unseen; the empty text is not.
    pub(super) fn find(&mut self, text: &str, forms: Option<&LevelForms>) -> Option<usize> {
        if let Some(reading) = self.texts.get_mut(text) {
            return reading.find(text, forms);
        }
        let mut reading = Reading::default();
        let level = reading.find(text, forms);
        let has_room = self.texts.len() < TEXTS_MAX && self.bytes + text.len() <= BYTES_MAX;
        if has_room && text.len() <= FOLD_BYTES_MAX {
            self.bytes += text.len();
            self.texts.insert(text.to_owned(), reading);
        } else {
            self.others += reading.unseen;
        }
        level
    }

    /// Returns the unseen cells since the last call and resets their counts.
    pub(super) fn take_unseen(&mut self) -> LevelTally {
        let unseen = self.texts.iter_mut().map(|(text, reading)| (text.as_str(), std::mem::take(&mut reading.unseen)));
        let mut counts: Vec<(&str, u64)> = unseen.filter(|(_, count)| *count > 0).collect();
        // Shortened texts may be equal, so the order could matter.
        counts.sort_unstable();
        let mut tally = LevelTally::default();
        counts.iter().for_each(|(text, count)| tally.add(text, *count));
        tally.add_cells(std::mem::take(&mut self.others));
        tally
    }
}

impl Reading {
    fn find(&mut self, text: &str, forms: Option<&LevelForms>) -> Option<usize> {
        let level = forms.and_then(|forms| *self.level.get_or_insert_with(|| forms.find(text)));
        self.unseen += u64::from(level.is_none() && !text.is_empty());
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_every_unseen_cell_is_counted() {
        let forms = LevelForms::new(["Known"].into_iter());
        let mut memo = LevelMemo::default();
        let long = "x".repeat(FOLD_BYTES_MAX + 1);
        for text in (0..3 * TEXTS_MAX).map(|text| text.to_string()).chain([long]) {
            assert_eq!(memo.find(&text, Some(&forms)), None);
        }
        assert_eq!((memo.find("KNOWN", Some(&forms)), memo.find("", Some(&forms))), (Some(0), None));
        assert!(memo.texts.len() <= TEXTS_MAX && memo.bytes <= BYTES_MAX);
        assert_eq!((memo.take_unseen().cells(), memo.take_unseen().cells()), (3 * TEXTS_MAX as u64 + 1, 0));
    }

    #[test]
    fn spellings_are_unseen_where_levels_are_matched_exactly() {
        let forms = LevelForms::new(["Known"].into_iter());
        let mut memo = LevelMemo::default();
        assert_eq!((memo.find("known", None), memo.find("known", None)), (None, None));
        assert_eq!(memo.take_unseen().commonest(1), [("known", 2)]);
        // A later lead may be matched in the other mode.
        assert_eq!(memo.find("known", Some(&forms)), Some(0));
        let mut folded = LevelMemo::default();
        assert_eq!(folded.find("known", Some(&forms)), Some(0));
        assert_eq!(folded.take_unseen(), LevelTally::default());
    }
}
