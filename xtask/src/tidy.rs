//! The project's rules about its sources, each a function from a file to its violations. Reads names, lines and the layer
//! table of docs/ARCHITECTURE.md; compiles nothing.

mod layers;
mod paths;
mod source;

use crate::{exec, project::Project};
use anyhow::{Context, Result, bail};
use source::{Findings, Source};
use std::fs;

/// Lines of code that a file may have at most, tests and comments not counted; 80 to 250 is the aim.
const LINES_MAX: usize = 600;
/// Endings of the sources and texts that people write; data and generated files are not checked.
const WRITTEN: [&str; 12] =
    [".rs", ".toml", ".md", ".html", ".css", ".js", ".mjs", ".py", ".sh", ".sql", ".yml", ".ci/run"];
/// Lock files, which name other people's places.
const GENERATED: [&str; 2] = ["Cargo.lock", "package-lock.json"];

type Rule = fn(&Source) -> Findings;

const RULES: [Rule; 7] = [head, length, leftovers, trailing_space, machine_paths, layers::imports, layers::crates];

/// Applies every rule to every file that is, or is about to be, in the repository.
pub(crate) fn check(project: &Project) -> Result<()> {
    let files = files(project)?;
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source { path, text }).collect();
    let findings: Findings = sources.iter().flat_map(findings_of).collect();
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} things to tidy", findings.len());
    }
    println!("{} files are tidy", sources.len());
    Ok(())
}

fn findings_of(source: &Source) -> Findings {
    RULES.iter().flat_map(|rule| rule(source)).collect()
}

/// Paths and texts of all files that people write.
fn files(project: &Project) -> Result<Vec<(String, String)>> {
    let mut list = project.command("git");
    list.args(["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
    let is_ours =
        |path: &&str| WRITTEN.iter().any(|end| path.ends_with(end)) && !GENERATED.iter().any(|end| path.ends_with(end));
    let listed = exec::output(&mut list)?;
    // A file removed from the work tree is still listed until the removal is recorded.
    let present = listed.lines().filter(is_ours).filter(|path| project.root.join(path).is_file());
    let read = |path: &str| {
        let text = fs::read_to_string(project.root.join(path)).with_context(|| format!("cannot read {path}"))?;
        Ok((path.to_owned(), text))
    };
    present.map(read).collect()
}

/// Requires a module head, which says what the file does.
fn head(source: &Source) -> Findings {
    if source.is_rust() && !source.text.starts_with("//! ") {
        return vec![format!("{}: does not open with a //! head", source.path)];
    }
    Vec::new()
}

fn length(source: &Source) -> Findings {
    let lines = source.code().count();
    if source.is_rust() && lines > LINES_MAX {
        return vec![format!("{}: {lines} lines of code, more than {LINES_MAX}", source.path)];
    }
    Vec::new()
}

/// Rejects unfinished work. The words are put together here so that this file does not hold them.
fn leftovers(source: &Source) -> Findings {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
    ];
    source.lines_with(|line| words.iter().any(|word| line.contains(word)), "unfinished work")
}

fn trailing_space(source: &Source) -> Findings {
    source.lines_with(|line| line.ends_with([' ', '\t']), "space at the end of the line")
}

/// Rejects absolute paths that exist on one machine only.
fn machine_paths(source: &Source) -> Findings {
    let places = ["home", "root", "work", "Users"].map(|place| format!("/{place}/"));
    let is_absolute = |line: &str| {
        places.iter().any(|place| {
            let starts = line.match_indices(place.as_str()).map(|(at, _)| line[..at].chars().next_back());
            // Within a longer path, or a URL, the same letters are no place of a machine.
            starts.into_iter().any(|before| before.is_none_or(|c| c.is_whitespace() || "\"'`(=:[".contains(c)))
        })
    };
    source.lines_with(is_absolute, "a path of one machine")
}

#[cfg(test)]
mod tests;
