//! `cargo xtask sample`: made-up leads of realistic shape, for the page's sample, tests and benchmarks. The same seed gives
//! the same bytes.

mod lead;
mod lists;
mod random;
mod row;

use anyhow::{Context, Result};
use clap::Args;
use lists::Lists;
use random::Random;
use row::Row;
use std::{
    fs::File,
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

/// Options of `cargo xtask sample`.
#[derive(Debug, Args)]
pub(crate) struct SampleOptions {
    #[arg(long, default_value_t = 500)]
    rows: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Output file; standard output by default
    #[arg(short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the leads to the output file, else to standard output.
pub(crate) fn run(options: &SampleOptions) -> Result<()> {
    let lists = Lists::load()?;
    let result = match &options.output {
        Some(path) => File::create(path).and_then(|file| write(options.rows, options.seed, &lists, file)),
        None => write(options.rows, options.seed, &lists, io::stdout().lock()),
    };
    let target = || options.output.as_deref().map_or("standard output".to_owned(), |path| path.display().to_string());
    match result {
        // A reader such as `head` may close the pipe early.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.with_context(|| format!("cannot write {}", target())),
    }
}

/// Writes leads of the first seed to a file.
pub(crate) fn write_file(rows: u64, file: &Path) -> Result<()> {
    run(&SampleOptions { rows, seed: 1, output: Some(file.to_owned()) })
}

/// Writes row by row, in constant memory.
fn write(rows: u64, seed: u64, lists: &Lists, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, out);
    let mut random = Random::new(seed);
    let mut row = Row::default();
    writeln!(out, "{}", lead::COLUMNS)?;
    for number in 1..=rows {
        lead::fill(&mut row, number, lists, &mut random);
        row.write(&mut out)?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    fn sample(rows: u64, seed: u64) -> String {
        let mut bytes = Vec::new();
        write(rows, seed, &Lists::load().unwrap(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Splits well-formed CSV into rows of cells.
    fn cells(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut cell)),
                '\n' if !quoted => {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                char => cell.push(char),
            }
        }
        rows
    }

    #[test]
    fn a_seed_gives_the_same_bytes_and_another_gives_others() {
        assert_eq!(sample(50, 3), sample(50, 3));
        assert_ne!(sample(50, 3), sample(50, 4));
        assert!(sample(60, 3).starts_with(&sample(50, 3)));
    }

    #[test]
    fn rows_have_the_lengths_and_levels_of_real_ones() {
        let text = sample(500, 1);
        assert!(text.len() / 500 >= 800, "{}", text.len() / 500);
        let rows = cells(&text);
        assert_eq!(rows.len(), 501);
        assert!(rows.iter().all(|row| row.len() == lead::COLUMNS.split(',').count()));
        let place: HashMap<&str, usize> = rows[0].iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        for column in ["llm_industry", "industry", "companyindustry", "languages", "location", "companylocation"] {
            let levels: HashSet<&str> = rows[1..].iter().map(|row| row[place[column]].as_str()).collect();
            assert!(levels.len() > 50, "{column} has {} levels", levels.len());
        }
        let summaries = rows[1..].iter().map(|row| row[place["summary"]].chars().count());
        assert!(summaries.clone().max().is_some_and(|longest| (2_000..=2_600).contains(&longest)));
        assert_eq!(summaries.min(), Some(0));
        assert!(
            text.contains('\u{e9}')
                && text.contains("\"\"")
                && rows[1..].iter().flatten().any(|cell| cell.contains('\n'))
        );
    }

    #[test]
    fn the_sample_of_the_page_is_current() {
        let shipped = include_str!("../../static/samples/leads.csv");
        assert_eq!(sample(500, 1), shipped, "run `cargo xtask sample -o static/samples/leads.csv`");
    }
}
