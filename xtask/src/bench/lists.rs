//! The lists that the whole line is timed on: made-up leads, and the real ones of the shared data over and over. Knows
//! where records end in a CSV file.

use crate::sample;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{fmt, fs, path::Path};

const ROWS: usize = 100_000;
/// The least that a list has to be like to stand for real ones: bytes a row, levels of each many-level field.
const BYTES_LEAST: u64 = 800;
const LEVELS_LEAST: u64 = 50;

/// A list in the benchmark's folder.
pub(super) struct List {
    pub(super) file: &'static str,
    what: &'static str,
    census: Option<(u64, u64, u64)>,
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((rows, bytes, levels)) = self.census else { return formatter.write_str(self.what) };
        let (mean, million) = (bytes / rows, bytes as f64 / 1e6);
        write!(formatter, "{}: {rows} leads, {million:.0} MB, {mean} bytes a row, ", self.what)?;
        write!(formatter, "{levels} levels or more in each many-level field")
    }
}

/// Writes the lists; the real leads are only where the shared data is.
pub(super) fn make(folder: &Path, golden: &Path) -> Result<Vec<List>> {
    let made_up = List { file: "leads.csv", what: "made-up leads", census: None };
    let path = folder.join(made_up.file).display().to_string();
    sample::run(&["--rows", &ROWS.to_string(), "-o", &path].map(str::to_owned))?;
    let mut lists = vec![made_up];
    let real = golden.join("leads_deidentified.csv");
    if real.is_file() {
        let list = fs::read(&real).with_context(|| format!("cannot read {}", real.display()))?;
        let list_of = List { file: "real.csv", what: "real leads, repeated", census: None };
        fs::write(folder.join(list_of.file), repeated(&list, ROWS)?)?;
        lists.push(list_of);
    }
    Ok(lists)
}

impl List {
    /// Takes down what was counted in the list; refuses made-up leads that are easier than real ones.
    pub(super) fn count(&mut self, census: &Value) -> Result<()> {
        let number = |name: &str| census[name].as_u64().with_context(|| format!("the census has no {name}"));
        let (rows, bytes, levels) = (number("rows")?, number("bytes")?, number("levels_least")?);
        if rows != ROWS as u64 {
            bail!("{} has {rows} leads, not {ROWS}", self.file);
        }
        if bytes < BYTES_LEAST * rows {
            bail!("{} has {} bytes a row, fewer than {BYTES_LEAST}", self.file, bytes / rows);
        }
        if self.file == "leads.csv" && levels < LEVELS_LEAST {
            bail!("{} has a many-level field of {levels} levels, fewer than {LEVELS_LEAST}", self.file);
        }
        self.census = Some((rows, bytes, levels));
        Ok(())
    }
}

/// The list's rows over and over behind its header, so many of them.
fn repeated(list: &[u8], rows: usize) -> Result<Vec<u8>> {
    let ends = ends(list);
    let [header, .., last] = ends.as_slice() else { bail!("the list has no rows") };
    let mut text = list[..*header].to_vec();
    let count = ends.len() - 1;
    for _ in 0..rows / count {
        text.extend_from_slice(&list[*header..*last]);
    }
    text.extend_from_slice(&list[*header..ends[rows % count]]);
    Ok(text)
}

/// Where each record ends, behind its line break; a line break between quotes ends none.
fn ends(list: &[u8]) -> Vec<usize> {
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
        assert_eq!(repeated(list, 3).unwrap(), b"a,b\n1,\"x\ny\"\n2,z\n1,\"x\ny\"\n");
        assert_eq!(repeated(list, 2).unwrap(), list);
        assert!(repeated(b"a,b\n", 3).is_err());
    }

    #[test]
    fn a_list_easier_than_real_ones_is_refused() {
        let count = |rows: usize, bytes: usize, levels: usize| {
            let mut list = List { file: "leads.csv", what: "made-up leads", census: None };
            let counted = list.count(&json!({ "rows": rows, "bytes": bytes, "levels_least": levels }));
            counted.map(|()| list.to_string())
        };
        let said = count(ROWS, 90_000_000, 60).unwrap();
        assert_eq!(
            said,
            "made-up leads: 100000 leads, 90 MB, 900 bytes a row, 60 levels or more in each many-level field"
        );
        assert!(count(ROWS, 70_000_000, 60).is_err());
        assert!(count(ROWS, 90_000_000, 49).is_err());
        assert!(count(ROWS - 1, 90_000_000, 60).is_err());
    }
}
