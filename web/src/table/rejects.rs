//! The rows that could not be scored, put together by what is to be done about them.
//!
//! Owns which rows go together and how many of them are shown. May not know words.

use crate::agent::{RejectGroup, RejectLine};
use scorer::scored_list::Rejects;
use std::cmp::Reverse;

/// The most groups that leave the worker other than as a file.
const GROUPS: usize = 40;

/// The most rows of a group that do.
const LINES: usize = 20;

/// Rows at fault in the same column and of the same kind of reason, the largest group first.
pub fn groups(rejects: &Rejects) -> Vec<RejectGroup> {
    let mut groups: Vec<RejectGroup> = Vec::new();
    for reject in rejects.iter() {
        let line = RejectLine { line: reject.line as f64, reason: reject.reason.clone() };
        let is_its = |group: &RejectGroup| {
            group.column == reject.column
                && group.lines.first().is_some_and(|first| first.reason.is_same_kind(&line.reason))
        };
        let known = groups.iter().position(is_its);
        if known.is_none() && groups.len() == GROUPS {
            continue;
        }
        let at = known.unwrap_or(groups.len());
        if known.is_none() {
            groups.push(RejectGroup { column: reject.column.clone(), count: 0, lines: Vec::new() });
        }
        let group = &mut groups[at];
        group.count += 1;
        if group.lines.len() < LINES {
            group.lines.push(line);
        }
    }
    groups.sort_by_key(|group| Reverse(group.count));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorer::lead::csv::RejectReason;
    use scorer::lead::import::ImportOptions;
    use scorer::pipeline::Scorer;
    use scorer::scored_list::{ListError, ListReader};
    use std::sync::Arc;

    /// All rows of a list in which none is a lead.
    fn rejects(text: &str) -> Rejects {
        let model = std::fs::read("../models/linkedin-engagement-basic.onnx").unwrap();
        let scorer = Arc::new(Scorer::open(&[("basic".to_owned(), model)]).unwrap());
        let mut reader = ListReader::new(scorer, ImportOptions::default());
        reader.push(text.as_bytes()).unwrap();
        let Err(ListError::NoLeads { rejects }) = reader.finish() else { panic!("a row is a lead") };
        rejects
    }

    #[test]
    fn rows_with_one_remedy_go_together_and_most_come_first() {
        let lines = "CTO,900\nCEO,many\nCFO,901\nCOO,few,more\n".to_owned() + &"VP,950\n".repeat(30);
        let groups = groups(&rejects(&format!("jobtitle,llm_quality\n{lines}")));
        let told: Vec<_> =
            groups.iter().map(|group| (group.column.as_deref(), group.count, group.lines.len())).collect();
        assert_eq!(told, [(Some("llm_quality"), 32, LINES), (Some("llm_quality"), 1, 1), (None, 1, 1)]);
        assert_eq!(groups[0].lines[1].line, 4.0);
        assert!(matches!(groups[2].lines[0].reason, RejectReason::Width { cells: 3, columns: 2 }));
    }
}
