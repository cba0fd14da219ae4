//! docs/BENCHMARKS.md, in two parts that are written by separate runs: scoring, then the service behind a mark.

use crate::{files, project::Project};
use anyhow::Result;
use std::fs;

const FILE: &str = "docs/BENCHMARKS.md";
const BEGIN: &str = "<!-- cargo xtask bench api -->\n";
const END: &str = "<!-- end -->\n";

/// Replaces all but the service's part.
pub(super) fn write_scoring(project: &Project, text: &str) -> Result<()> {
    let previous = fs::read_to_string(project.root.join(FILE)).unwrap_or_default();
    let service = service_part(&previous).map_or(String::new(), |part| format!("\n{part}"));
    write(project, &format!("{text}{service}"))
}

/// Replaces the service's part.
pub(super) fn write_service(project: &Project, report: &str) -> Result<()> {
    let previous = fs::read_to_string(project.root.join(FILE)).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
    let rest = service_part(&previous).map_or(previous.clone(), |part| previous.replace(&format!("\n{part}"), ""));
    write(project, &format!("{rest}\n{BEGIN}{report}{END}"))
}

fn write(project: &Project, text: &str) -> Result<()> {
    files::write(&project.root.join(FILE), text)?;
    println!("wrote {FILE}");
    Ok(())
}

fn service_part(text: &str) -> Option<&str> {
    let begin = text.find(BEGIN)?;
    let end = begin + text[begin..].find(END)? + END.len();
    Some(&text[begin..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_of_the_service_is_found_with_its_marks() {
        let part = format!("{BEGIN}figures\n{END}");
        assert_eq!(service_part(&format!("# Benchmarks\n\n{part}more\n")), Some(part.as_str()));
        assert_eq!(service_part("# Benchmarks\n"), None);
    }
}
