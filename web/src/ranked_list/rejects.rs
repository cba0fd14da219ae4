//! Groups rejected rows by remedy.

use crate::protocol::{RejectGroup, RejectLine};
use scorer::scored_list::Rejects;
use std::cmp::Reverse;

/// Maximum number of groups; an exported file has all rejects.
const GROUPS: usize = 40;

/// Maximum number of rows listed per group.
const LINES: usize = 20;

/// Groups rejects by column and kind of reason, largest group first.
pub fn group_rejects(rejects: &Rejects) -> Vec<RejectGroup> {
    let mut groups: Vec<RejectGroup> = Vec::new();
    for reject in rejects.iter() {
        let line = RejectLine { line: reject.line as f64, reason: reject.reason.clone() };
        let includes = |group: &RejectGroup| {
            group.column == reject.column
                && group.lines.first().is_some_and(|first| first.reason.is_same_kind(&line.reason))
        };
        let known = groups.iter().position(includes);
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

    /// Imports a list whose rows are all rejected.
    fn rejects(text: &str) -> Rejects {
        let model = std::fs::read("../models/linkedin-engagement-basic.onnx").unwrap();
        let scorer = Arc::new(Scorer::open(&[("basic".to_owned(), model)]).unwrap());
        let mut reader = ListReader::new(scorer, ImportOptions::default());
        reader.push(text.as_bytes()).unwrap();
        let Err(ListError::NoLeads { rejects }) = reader.finish() else { panic!("a row is a lead") };
        rejects
    }

    #[test]
    fn rejects_are_grouped_by_remedy_largest_first() {
        let lines = "CTO,900\nCEO,many\nCFO,901\nCOO,few,more\n".to_owned() + &"VP,950\n".repeat(30);
        let groups = group_rejects(&rejects(&format!("jobtitle,llm_quality\n{lines}")));
        let sizes: Vec<_> =
            groups.iter().map(|group| (group.column.as_deref(), group.count, group.lines.len())).collect();
        assert_eq!(sizes, [(Some("llm_quality"), 32, LINES), (Some("llm_quality"), 1, 1), (None, 1, 1)]);
        assert_eq!(groups[0].lines[1].line, 4.0);
        assert!(matches!(groups[2].lines[0].reason, RejectReason::Width { cells: 3, columns: 2 }));
    }
}
