//! The project's own rules about its sources, each a function from a file to what is wrong with it. Knows names,
//! lines and the layer table of docs/ARCHITECTURE.md; compiles nothing.

mod layer;

use crate::{exec, project::Project};
use anyhow::{Context, Result, bail};
use std::fs;

/// Lines of code that a file may have at most, tests and comments not counted; 80 to 250 is the aim.
const LONGEST: usize = 600;
/// Sources and texts that people write; data and what tools make are not looked at.
const WRITTEN: [&str; 12] =
    [".rs", ".toml", ".md", ".html", ".css", ".js", ".mjs", ".py", ".sh", ".sql", ".yml", ".ci/run"];
/// Where lock files and licences come from is not ours to tidy.
const FOREIGN: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// A file as the rules see it.
struct Source<'a> {
    /// From the root, with `/`.
    path: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The code in pieces, each with the number of its first line: one line, or a whole `use` over several.
    fn statements(&self) -> Vec<(usize, String)> {
        let mut pieces: Vec<(usize, String)> = Vec::new();
        let mut is_open = false;
        for (number, line) in self.code() {
            match pieces.last_mut() {
                Some((_, piece)) if is_open => piece.push_str(line),
                _ => pieces.push((number, line.to_owned())),
            }
            let begins =
                line.starts_with("use ") || line.starts_with("pub use ") || line.starts_with("pub(crate) use ");
            is_open = (is_open || begins) && !line.ends_with(';');
        }
        pieces
    }

    /// The numbered lines that are code: no comments, nothing after the file's own test module begins.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test = self.path.contains("tests/") || self.path.ends_with("/tests.rs");
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let until_tests = lines.take_while(move |(_, line)| !is_test && *line != "#[cfg(test)]");
        until_tests.filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
    }
}

/// What is wrong, with the place.
type Findings = Vec<String>;
type Rule = fn(&Source) -> Findings;

const RULES: [Rule; 7] = [head, length, leftovers, trailing_space, machine_paths, layer::imports, layer::crates];

/// Applies every rule to every file that is, or is about to be, in the repository.
pub(crate) fn check(project: &Project) -> Result<()> {
    let mut findings = Findings::new();
    let mut files = 0;
    for path in files_of(project)? {
        let text = fs::read_to_string(project.root.join(&path)).with_context(|| format!("cannot read {path}"))?;
        findings.extend(findings_of(&Source { path: &path, text: &text }));
        files += 1;
    }
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} things to tidy", findings.len());
    }
    println!("{files} files are tidy");
    Ok(())
}

fn findings_of(source: &Source) -> Findings {
    RULES.iter().flat_map(|rule| rule(source)).collect()
}

fn files_of(project: &Project) -> Result<Vec<String>> {
    let mut list = project.command("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let is_ours =
        |path: &&str| WRITTEN.iter().any(|end| path.ends_with(end)) && !FOREIGN.iter().any(|end| path.ends_with(end));
    let listed = exec::output(&mut list)?;
    // A file removed from the work tree is still listed until the removal is recorded.
    Ok(listed.lines().filter(is_ours).filter(|path| project.root.join(path).is_file()).map(str::to_owned).collect())
}

/// Every Rust file says first what it owns and what it may not know.
fn head(source: &Source) -> Findings {
    if source.is_rust() && !source.text.starts_with("//! ") {
        return vec![format!("{}: does not open with a //! head", source.path)];
    }
    Vec::new()
}

fn length(source: &Source) -> Findings {
    let lines = source.code().count();
    if source.is_rust() && lines > LONGEST {
        return vec![format!("{}: {lines} lines of code, more than {LONGEST}", source.path)];
    }
    Vec::new()
}

/// Work that was put off. The words are put together here so that this file does not hold them.
fn leftovers(source: &Source) -> Findings {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
    ];
    lines_with(source, |line| words.iter().any(|word| line.contains(word)), "unfinished work")
}

fn trailing_space(source: &Source) -> Findings {
    lines_with(source, |line| line.ends_with([' ', '\t']), "space at the end of the line")
}

/// Places that exist on one machine only.
fn machine_paths(source: &Source) -> Findings {
    let places = ["home", "root", "work", "Users"].map(|place| format!("/{place}/"));
    let is_absolute = |line: &str| {
        places.iter().any(|place| {
            let starts = line.match_indices(place.as_str()).map(|(at, _)| line[..at].chars().next_back());
            // Within a longer path, or a URL, the same letters are no place of a machine.
            starts.into_iter().any(|before| before.is_none_or(|c| c.is_whitespace() || "\"'`(=:[".contains(c)))
        })
    };
    lines_with(source, is_absolute, "a path of one machine")
}

fn lines_with(source: &Source, is_wrong: impl Fn(&str) -> bool, what: &str) -> Findings {
    let lines = source.text.lines().enumerate().filter(|(_, line)| is_wrong(line));
    lines.map(|(index, _)| format!("{}:{}: {what}", source.path, index + 1)).collect()
}

#[cfg(test)]
mod tests;
