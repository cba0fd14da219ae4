//! The file that a user keeps to go on later: a line that says what it is, a header in JSON, then the list as it was.
//!
//! Owns its form. May not know how lists are read or shown. What it holds of leads are their lines in the list, which
//! follows whole: so it needs no other file, and nothing of a lead stands in it twice.

use crate::agent::{Mark, Query};
use scorer::lead::mapping::Mapping;
use serde::{Deserialize, Serialize};

/// How a project begins; behind it stands how many bytes the header has, then a line break.
const MAGIC: &str = "leadlight-project 1 ";

/// How many bytes tell what a file is: the words that it begins with, and a number.
pub const START: usize = 40;

/// The longest header that is read: some ten million marks.
const HEADER_MAX: usize = 256 << 20;

/// What stands in the header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// The list's name.
    pub file: String,
    /// What its columns were read as.
    pub mapping: Mapping,
    /// The hashes of the models that scored it.
    pub models: Vec<String>,
    /// The lines of leads that bear a mark.
    pub marks: Vec<(u64, Mark)>,
    /// The lines of leads that are selected.
    pub selected: Vec<u64>,
    /// What was shown.
    pub query: Query,
}

/// What the page is told of a project beside its leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectFacts {
    /// The list's name.
    pub file: String,
    /// What was shown.
    pub query: Query,
    /// Whether the models are those that it was saved with.
    pub same_models: bool,
}

/// Where a project's header stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its first byte.
    pub start: usize,
    /// The first byte of the list behind it.
    pub end: usize,
}

impl Project {
    /// What comes before the list.
    pub fn header(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut bytes = format!("{MAGIC}{}\n", json.len()).into_bytes();
        bytes.extend(json);
        bytes
    }

    /// Reads the bytes between the two ends of a [`Place`].
    pub fn read(header: &[u8]) -> Option<Self> {
        serde_json::from_slice(header).ok()
    }
}

impl Place {
    /// Where the header of a file is that begins so: `None` where it is no project, an inner `None` where it is one that
    /// cannot be read.
    pub fn find(start: &[u8]) -> Option<Option<Self>> {
        let rest = start.strip_prefix(MAGIC.as_bytes())?;
        let place = || {
            let digits = rest.iter().position(|byte| *byte == b'\n')?;
            let length: usize = std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()?;
            let start = MAGIC.len() + digits + 1;
            (length <= HEADER_MAX).then_some(Place { start, end: start + length })
        };
        Some(place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project {
            file: "my leads.csv".to_owned(),
            mapping: Mapping::default(),
            models: vec!["ab".to_owned()],
            marks: vec![(3, Mark::Replied)],
            selected: vec![2, 9],
            query: Query::default(),
        }
    }

    #[test]
    fn a_header_is_found_and_read_again() {
        let bytes = [project().header(), b"jobtitle\nCTO\n".to_vec()].concat();
        let place = Place::find(&bytes[..START]).unwrap().unwrap();
        assert_eq!(Project::read(&bytes[place.start..place.end]), Some(project()));
        assert_eq!(&bytes[place.end..], b"jobtitle\nCTO\n");
    }

    #[test]
    fn a_list_is_no_project_and_a_broken_one_is_told() {
        assert_eq!(Place::find(b"jobtitle,x\nCTO,1\n"), None);
        for broken in ["leadlight-project 1 x\n", "leadlight-project 1 12", "leadlight-project 1 99999999999\n"] {
            assert_eq!(Place::find(broken.as_bytes()), Some(None), "{broken}");
        }
        assert_eq!(Project::read(b"{}"), None);
    }
}
