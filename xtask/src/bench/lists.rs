//! Input lists of the whole pipeline: made-up leads, and the real ones of the shared data, repeated.

use crate::{files, sample};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{fmt, path::Path};

const ROWS: usize = 100_000;
/// Minima that make a list comparable to real ones: bytes a row, levels of each many-level field.
pub(super) const BYTES_MIN: u64 = 800;
pub(super) const LEVELS_MIN: u64 = 50;

/// A list in the benchmark's folder.
pub(super) struct List {
    pub(super) file: &'static str,
    description: &'static str,
    /// Rows, bytes, levels of the field that has fewest.
    statistics: Option<(u64, u64, u64)>,
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((rows, bytes, levels)) = self.statistics else { return formatter.write_str(self.description) };
        let (mean, million) = (bytes / rows, bytes as f64 / 1e6);
        write!(formatter, "{}: {rows} leads, {million:.0} MB, {mean} bytes a row, ", self.description)?;
        write!(formatter, "{levels} levels or more in each many-level field")
    }
}

/// Writes the lists; the real leads are only where the shared data is.
pub(super) fn make(folder: &Path, golden: &Path) -> Result<Vec<List>> {
    let made_up = List { file: "leads.csv", description: "made-up leads", statistics: None };
    sample::write_file(ROWS as u64, &folder.join(made_up.file))?;
    let mut lists = vec![made_up];
    let real = golden.join("leads_deidentified.csv");
    if real.is_file() {
        let repeated = repeat(&files::read(&real)?, ROWS)?;
        let list = List { file: "real.csv", description: "real leads, repeated", statistics: None };
        files::write(&folder.join(list.file), repeated)?;
        lists.push(list);
    }
    Ok(lists)
}

impl List {
    /// Sets the statistics of the list; rejects made-up leads that are easier than real ones.
    pub(super) fn set_statistics(&mut self, statistics: &Value) -> Result<()> {
        let number = |name: &str| statistics[name].as_u64().with_context(|| format!("the statistics have no {name}"));
        let (rows, bytes, levels) = (number("rows")?, number("bytes")?, number("levels_min")?);
        if rows != ROWS as u64 {
            bail!("{} has {rows} leads, not {ROWS}", self.file);
        }
        if bytes < BYTES_MIN * rows {
            bail!("{} has {} bytes a row, fewer than {BYTES_MIN}", self.file, bytes / rows);
        }
        if self.file == "leads.csv" && levels < LEVELS_MIN {
            bail!("{} has a many-level field of {levels} levels, fewer than {LEVELS_MIN}", self.file);
        }
        self.statistics = Some((rows, bytes, levels));
        Ok(())
    }
}

/// The header and `rows` rows, those of the list repeated.
fn repeat(list: &[u8], rows: usize) -> Result<Vec<u8>> {
    let ends = record_ends(list);
    let [header, .., last] = ends.as_slice() else { bail!("the list has no rows") };
    let mut text = list[..*header].to_vec();
    let count = ends.len() - 1;
    for _ in 0..rows / count {
        text.extend_from_slice(&list[*header..*last]);
    }
    text.extend_from_slice(&list[*header..ends[rows % count]]);
    Ok(text)
}

/// Offset behind the line break of each record; a line break between quotes ends none.
fn record_ends(list: &[u8]) -> Vec<usize> {
    let mut quoted = false;
    let mut ends = Vec::new();
    for (at, byte) in list.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => ends.push(at + 1),
            _ => {}
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_repeated_whole_and_to_the_number() {
        let list = b"a,b\n1,\"x\ny\"\n2,z\n";
        assert_eq!(repeat(list, 3).unwrap(), b"a,b\n1,\"x\ny\"\n2,z\n1,\"x\ny\"\n");
        assert_eq!(repeat(list, 2).unwrap(), list);
        assert!(repeat(b"a,b\n", 3).is_err());
    }

    #[test]
    fn a_list_easier_than_real_ones_is_rejected() {
        let described = |rows: usize, bytes: usize, levels: usize| {
            let mut list = List { file: "leads.csv", description: "made-up leads", statistics: None };
            let statistics = json!({ "rows": rows, "bytes": bytes, "levels_min": levels });
            list.set_statistics(&statistics).map(|()| list.to_string())
        };
        let text = described(ROWS, 90_000_000, 60).unwrap();
        assert_eq!(
            text,
            "made-up leads: 100000 leads, 90 MB, 900 bytes a row, 60 levels or more in each many-level field"
        );
        assert!(described(ROWS, 70_000_000, 60).is_err());
        assert!(described(ROWS, 90_000_000, 49).is_err());
        assert!(described(ROWS - 1, 90_000_000, 60).is_err());
    }
}
