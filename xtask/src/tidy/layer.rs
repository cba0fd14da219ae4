//! The layers of the scorer: which module may import which, and which crate may be named where.

use super::{Findings, Source};

const SCORER: &str = "scorer/src/";

/// The modules of the scorer; each may import those before it, and itself.
const LAYERS: [&str; 11] =
    ["lead", "model", "insight", "train", "pipeline", "wire", "scored_list", "chart", "api", "cli", "bin"];

/// Crates with a place of their own: a name as it stands in paths, and the only places that may use it.
const CRATES: [(&str, &[&str]); 8] = [
    ("calamine", &["workbook/"]),
    ("tract_onnx", &["scorer/src/model/onnx"]),
    ("axum", &["scorer/src/api/", "tests/"]),
    ("sqlx", &["prediction-log/", "tests/"]),
    ("clap", &["scorer/src/cli/", "scorer/src/bin/"]),
    ("yew", &["web/", "tests/"]),
    ("csv_core", &["scorer/src/lead/csv"]),
    ("memchr", &["scorer/src/lead"]),
];

/// Modules within a layer that may not know a neighbour: a path, and what it may not name.
const STRANGERS: [(&str, &[&str]); 4] = [
    ("lead/schema", &["lead::csv", "lead::json", "lead::encode"]),
    ("lead/csv", &["lead::encode", "lead::json"]),
    ("lead/json", &["lead::encode", "lead::csv"]),
    ("model/kernel", &["model::onnx", "model::bundle"]),
];

/// These layers run the same everywhere; what depends on the machine is in one file.
const PORTABLE: [&str; 5] = ["lead", "model", "insight", "train", "pipeline"];
const MACHINE: &str = "model/simd.rs";

/// Imports point up the table only, and only one file asks which machine it runs on.
pub(super) fn imports(source: &Source) -> Findings {
    let Some(inside) = source.path.strip_prefix(SCORER).filter(|inside| *inside != "lib.rs" && source.is_rust()) else {
        return Vec::new();
    };
    let layer = inside.split(['/', '.']).next().unwrap_or(inside);
    let Some(own) = rank(layer) else {
        return vec![format!("{}: {layer} has no place in the layer table of the tidy check", source.path)];
    };
    let strangers = STRANGERS.iter().filter(|(path, _)| inside.starts_with(path)).flat_map(|(_, names)| names.iter());
    let strangers: Vec<&str> = strangers.copied().collect();
    let mut findings = Findings::new();
    for (number, line) in source.statements() {
        let mut report = |what: String| findings.push(format!("{}:{number}: {what}", source.path));
        for path in paths(&line, inside) {
            let top = path.split("::").next().unwrap_or(&path);
            if rank(top).is_some_and(|other| other > own) {
                report(format!("{layer} may not import {top}, which is below it"));
            }
            if strangers.iter().any(|name| path == *name || path.starts_with(&format!("{name}::"))) {
                report(format!("may not know {path}"));
            }
        }
        if PORTABLE.contains(&layer)
            && inside != MACHINE
            && (line.contains("cfg(target") || line.contains("cfg!(target"))
        {
            report(format!("only {MACHINE} may ask which machine it runs on"));
        }
    }
    findings
}

/// Crates stay in their places.
pub(super) fn crates(source: &Source) -> Findings {
    let mut findings = Findings::new();
    // The table above names them all.
    if !source.is_rust() || source.path.starts_with("xtask/") {
        return findings;
    }
    for (number, line) in source.code() {
        for (name, places) in CRATES {
            if is_named(line, name) && !places.iter().any(|place| source.path.starts_with(place)) {
                findings.push(format!("{}:{number}: {name} may be named only in {}", source.path, places.join(", ")));
            }
        }
    }
    findings
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|name| *name == layer)
}

/// Whether a line names a crate: the word before `::`, alone.
fn is_named(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let rest = &line[at + name.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') && rest.starts_with("::")
    })
}

/// The paths within the scorer that a line names, from its root: `crate::…`, `scorer::…` and `super::…`, groups opened.
fn paths(line: &str, inside: &str) -> Vec<String> {
    let mut found = Vec::new();
    for root in ["crate::", "scorer::"] {
        for (at, _) in line.match_indices(root) {
            let is_word = line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
            if !is_word {
                expand("", &line[at + root.len()..], &mut found);
            }
        }
    }
    for (at, _) in line.match_indices("super::") {
        if line[..at].ends_with("::") {
            continue;
        }
        let mut rest = &line[at..];
        let mut module: Vec<&str> = inside.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect();
        while let Some(after) = rest.strip_prefix("super::") {
            module.pop();
            rest = after;
        }
        expand(&module.iter().map(|part| format!("{part}::")).collect::<String>(), rest, &mut found);
    }
    found
}

/// The paths that `text` begins with, after `before`: one, or those of a group in braces.
fn expand(before: &str, text: &str, found: &mut Vec<String>) {
    let Some(group) = text.strip_prefix('{') else {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
        let path = text[..end].trim_end_matches(':');
        found.push(format!("{before}{path}"));
        if let Some(inner) = text[end..].strip_prefix('{') {
            expand(&format!("{before}{path}::"), &format!("{{{inner}"), found);
        }
        return;
    };
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return expand(before, group[start..at].trim(), found),
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(before, group[start..at].trim(), found);
                start = at + 1;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str, inside: &str) -> Vec<String> {
        paths(line, inside)
    }

    #[test]
    fn paths_are_read_from_groups_and_from_above() {
        assert_eq!(found("use crate::{lead::Lead, model};", "wire.rs"), ["lead::Lead", "model"]);
        assert_eq!(
            found("use crate::lead::{csv, encode::{Encoder, Matrix}};", "wire.rs")[1..],
            ["lead::csv", "lead::encode", "lead::encode::Encoder", "lead::encode::Matrix"]
        );
        assert_eq!(found("use super::super::model::Forest;", "lead/json/syntax.rs"), ["lead::model::Forest"]);
        assert_eq!(found("use super::{Lead, encode};", "lead/csv.rs"), ["lead::Lead", "lead::encode"]);
        assert_eq!(found("use super::super::api;", "lead/csv.rs"), ["api"]);
        assert_eq!(found("let my_crate = other_crate::lead::x();", "wire.rs"), Vec::<String>::new());
    }
}
