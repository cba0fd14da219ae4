//! Project file: a line with magic and header length, a JSON header, then the imported list unchanged.
//!
//! The header refers to leads by their lines in the list, so the file is self-contained and stores no lead data twice.
//! Users keep these files: serialized names must not change.

use crate::protocol::{Mark, Query};
use scorer::lead::mapping::Mapping;
use serde::{Deserialize, Serialize};

/// Start of a project file, followed by the header's length in bytes and a line break.
const MAGIC: &str = "leadlight-project 1 ";

/// Number of leading bytes that identify a project: magic, length and line break.
pub const PREFIX_BYTES: usize = 40;

/// Maximum header length: some ten million marks.
const HEADER_MAX: usize = 256 << 20;

/// Header of a project file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Name of the list.
    pub file: String,
    /// Label of the character encoding, when the user chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Column mapping.
    pub mapping: Mapping,
    /// SHA-256 of the models that scored the list.
    pub models: Vec<String>,
    /// Marked leads, by line.
    pub marks: Vec<(u64, Mark)>,
    /// Selected leads, by line.
    pub selected: Vec<u64>,
    /// Query that was shown.
    pub query: Query,
}

/// Byte range of a project's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderRange {
    /// First byte.
    pub start: usize,
    /// First byte of the list that follows.
    pub end: usize,
}

impl Project {
    /// Serializes everything that precedes the list.
    pub fn header(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut bytes = format!("{MAGIC}{}\n", json.len()).into_bytes();
        bytes.extend(json);
        bytes
    }

    /// Parses the bytes of a [`HeaderRange`].
    pub fn parse(header: &[u8]) -> Option<Self> {
        serde_json::from_slice(header).ok()
    }
}

impl HeaderRange {
    /// Locates the header from the first bytes of a file: `None` when it is no project, `Some(None)` when the project is
    /// damaged.
    pub fn find(prefix: &[u8]) -> Option<Option<Self>> {
        let rest = prefix.strip_prefix(MAGIC.as_bytes())?;
        let range = || {
            let digits = rest.iter().position(|byte| *byte == b'\n')?;
            let length: usize = std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
            let start = MAGIC.len() + digits + 1;
            (length <= HEADER_MAX).then_some(HeaderRange { start, end: start + length })
        };
        Some(range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CellFilter, ColumnFilter, Sort};

    fn project() -> Project {
        let filters = [CellFilter::Values(vec!["Paris".to_owned()]), CellFilter::NonEmpty];
        let column_filters = (0..).zip(filters).map(|(column, cells)| ColumnFilter { column, cells }).collect();
        Project {
            file: "my leads.csv".to_owned(),
            encoding: None,
            mapping: Mapping::default(),
            models: vec!["ab".to_owned()],
            marks: vec![(3, Mark::Replied)],
            selected: vec![2, 9],
            query: Query { sort: Sort::Column(1), column_filters, ..Query::default() },
        }
    }

    #[test]
    fn header_round_trips() {
        let bytes = [project().header(), b"jobtitle\nCTO\n".to_vec()].concat();
        let range = HeaderRange::find(&bytes[..PREFIX_BYTES]).unwrap().unwrap();
        assert_eq!(Project::parse(&bytes[range.start..range.end]), Some(project()));
        assert_eq!(&bytes[range.end..], b"jobtitle\nCTO\n");
        let chosen = Project { encoding: Some("macintosh".to_owned()), ..project() };
        let header = chosen.header();
        let range = HeaderRange::find(&header).unwrap().unwrap();
        assert_eq!(Project::parse(&header[range.start..range.end]), Some(chosen));
    }

    #[test]
    fn projects_of_earlier_builds_can_be_read() {
        let header = r#"{"file":"my leads.csv","mapping":{"columns":[]},"models":["ab"],"marks":[[3,"Replied"]],
            "selected":[2,9],"query":{"sort":{"Column":1},"reversed":false,"search":"","grades":[],"points":[0,100],
            "conditions":[{"column":0,"wanted":{"Values":["Paris"]}},{"column":1,"wanted":"Filled"}],"marks":[],
            "selected":false,"folded":false,"columns":[],"offset":0,"limit":100}}"#;
        assert_eq!(Project::parse(header.as_bytes()), Some(project()));
    }

    #[test]
    fn damaged_projects_differ_from_lists() {
        assert_eq!(HeaderRange::find(b"jobtitle,x\nCTO,1\n"), None);
        for broken in ["leadlight-project 1 x\n", "leadlight-project 1 12", "leadlight-project 1 99999999999\n"] {
            assert_eq!(HeaderRange::find(broken.as_bytes()), Some(None), "{broken}");
        }
        assert_eq!(Project::parse(b"{}"), None);
    }
}
