//! `cargo xtask sample`: made-up leads of realistic shape, for the page's sample and for tests and benchmarks of any size.
//! The same seed gives the same bytes. Knows the columns of a lead; no model and no real lead.

mod draw;
mod lead;
mod levels;
mod people;
mod prose;

use anyhow::{Context, Result, bail};
use draw::Draw;
use std::{
    fs::File,
    io::{self, BufWriter, ErrorKind, Write},
};

/// What to make and where.
#[derive(Debug, PartialEq)]
struct Order {
    rows: u64,
    seed: u64,
    file: Option<String>,
}

/// Writes the leads to the file of `-o`, else to standard output.
pub(crate) fn run(options: &[String]) -> Result<()> {
    let order = order(options)?;
    let result = match &order.file {
        Some(path) => File::create(path).and_then(|file| write(&order, file)),
        None => write(&order, io::stdout().lock()),
    };
    match result {
        // `cargo xtask sample | head` has had enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => {
            result.with_context(|| format!("cannot write {}", order.file.as_deref().unwrap_or("to standard output")))
        }
    }
}

fn order(options: &[String]) -> Result<Order> {
    let mut order = Order { rows: 500, seed: 1, file: None };
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let value = options.next().with_context(|| format!("{option} needs a value"))?;
        let number = || value.parse().with_context(|| format!("{option} should be a whole number, not {value:?}"));
        match option.as_str() {
            "--rows" => order.rows = number()?,
            "--seed" => order.seed = number()?,
            "-o" => order.file = Some(value.clone()),
            other => bail!("there is no option {other}; there are --rows, --seed and -o"),
        }
    }
    Ok(order)
}

/// Row by row, so that any number of them needs no more memory than one.
fn write(order: &Order, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, out);
    let mut draw = Draw::new(order.seed);
    let mut row = Row::default();
    for column in lead::COLUMNS {
        row.cell(column);
    }
    row.write(&mut out)?;
    for number in 1..=order.rows {
        lead::fill(&mut row, number, &mut draw);
        row.write(&mut out)?;
    }
    out.flush()
}

/// One line of a CSV file.
#[derive(Default)]
struct Row {
    line: String,
    cells: usize,
}

impl Row {
    /// Adds a cell, quoted where it has to be.
    fn cell(&mut self, text: &str) {
        if self.cells > 0 {
            self.line.push(',');
        }
        self.cells += 1;
        if !text.contains([',', '"', '\n', '\r']) {
            self.line.push_str(text);
            return;
        }
        self.line.push('"');
        for (at, part) in text.split('"').enumerate() {
            self.line.push_str(if at > 0 { "\"\"" } else { "" });
            self.line.push_str(part);
        }
        self.line.push('"');
    }

    /// Writes the line and empties it.
    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.line.push('\n');
        out.write_all(self.line.as_bytes())?;
        self.line.clear();
        self.cells = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    fn made(rows: u64, seed: u64) -> String {
        let mut bytes = Vec::new();
        write(&Order { rows, seed, file: None }, &mut bytes).unwrap();
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
        assert_eq!(made(50, 3), made(50, 3));
        assert_ne!(made(50, 3), made(50, 4));
        assert!(made(60, 3).starts_with(&made(50, 3)));
    }

    #[test]
    fn rows_are_as_long_and_as_varied_as_real_ones() {
        let text = made(500, 1);
        assert!(text.len() / 500 >= 800, "{}", text.len() / 500);
        let rows = cells(&text);
        assert_eq!(rows.len(), 501);
        assert!(rows.iter().all(|row| row.len() == lead::COLUMNS.len()));
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
    fn the_page_s_sample_is_what_this_makes() {
        let shipped = include_str!("../../static/samples/leads.csv");
        assert_eq!(made(500, 1), shipped, "run `cargo xtask sample -o static/samples/leads.csv`");
    }

    #[test]
    fn options_are_checked() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let file = Some("x.csv".to_owned());
        assert_eq!(order(&words("--rows 7 -o x.csv --seed 9")).unwrap(), Order { rows: 7, seed: 9, file });
        for wrong in ["--rows", "--rows many", "--rows -1", "--columns 3"] {
            assert!(order(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
