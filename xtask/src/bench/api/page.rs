//! The section's part of docs/BENCHMARKS.md, which others write the rest of. Knows where it begins and ends.

use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;

const FILE: &str = "docs/BENCHMARKS.md";
const BEGIN: &str = "<!-- cargo xtask bench api -->\n";
const END: &str = "<!-- end -->\n";

/// Puts a report in the place of the one before it.
pub(super) fn write(project: &Project, report: &str) -> Result<()> {
    let path = project.root.join(FILE);
    let old = fs::read_to_string(&path).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
    let rest = part_of(&old).map_or(old.clone(), |part| old.replace(&format!("\n{part}"), ""));
    fs::write(&path, format!("{rest}\n{BEGIN}{report}{END}")).with_context(|| format!("cannot write {FILE}"))?;
    println!("wrote the service's part of {FILE}");
    Ok(())
}

/// A text that is written over the file, with the file's part of this section behind it.
pub(in super::super) fn with_part_of(project: &Project, text: String) -> String {
    let old = fs::read_to_string(project.root.join(FILE)).unwrap_or_default();
    part_of(&old).map_or(text.clone(), |part| format!("{text}\n{part}"))
}

fn part_of(text: &str) -> Option<&str> {
    let begin = text.find(BEGIN)?;
    let end = begin + text[begin..].find(END)? + END.len();
    Some(&text[begin..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_is_found_with_its_marks() {
        let part = format!("{BEGIN}figures\n{END}");
        assert_eq!(part_of(&format!("# Benchmarks\n\n{part}more\n")), Some(part.as_str()));
        assert_eq!(part_of("# Benchmarks\n"), None);
    }
}
