//! The layers of the scorer and of its `api`: the order of imports, and the places where a crate may be named.

use super::paths::{module_of, paths};
use super::source::{Findings, Source};

const SCORER: &str = "scorer/src/";

/// The modules of the scorer; each may import those before it, and itself.
const LAYERS: [&str; 11] =
    ["lead", "model", "insight", "train", "pipeline", "wire", "scored_list", "chart", "api", "cli", "bin"];

/// The modules of `scorer/src/api` from the outside in; each may import those of its own line and of the lines below.
/// `mod.rs` puts all together.
const API: &[&[&str]] = &[
    &["router"],
    &["routes", "openapi"],
    &["middleware"],
    &["state"],
    &["metrics"],
    &["monitor", "model_registry"],
    &["http"],
    &["api_keys", "config", "maintenance", "rate_limit", "scoring_queue"],
];

/// Crates that are confined: the name as it stands in paths, and the only places that may use it.
const CRATES: [(&str, &[&str]); 8] = [
    ("calamine", &["workbook/"]),
    ("tract_onnx", &["scorer/src/model/onnx"]),
    ("axum", &["scorer/src/api/", "tests/"]),
    ("sqlx", &["prediction-log/", "tests/"]),
    ("clap", &["scorer/src/cli/", "scorer/src/bin/"]),
    ("yew", &["web/", "tests/"]),
    ("csv_core", &["scorer/src/lead/csv"]),
    ("memchr", &["scorer/src/lead", "workbook/"]),
];

/// Modules of a layer that must not depend on a neighbour: a path, and the modules that it may not name.
const SEPARATE: [(&str, &[&str]); 4] = [
    ("lead/schema", &["lead::csv", "lead::json", "lead::encode"]),
    ("lead/csv", &["lead::encode", "lead::json"]),
    ("lead/json", &["lead::encode", "lead::csv"]),
    ("model/kernel", &["model::onnx", "model::bundle"]),
];

/// Layers that give the same bits on every machine; the target is asked for in one file alone.
const PORTABLE: [&str; 5] = ["lead", "model", "insight", "train", "pipeline"];
const MACHINE: &str = "model/simd.rs";

/// Checks that imports point up the table only, and that one file alone asks for the target.
pub(super) fn imports(source: &Source) -> Findings {
    let Some(inside) = source.path.strip_prefix(SCORER).filter(|inside| *inside != "lib.rs" && source.is_rust()) else {
        return Vec::new();
    };
    let layer = inside.split(['/', '.']).next().unwrap_or(inside);
    let Some(own) = rank(layer) else {
        return vec![format!("{}: {layer} has no place in the layer table of the tidy check", source.path)];
    };
    let separate: Vec<&str> = SEPARATE
        .iter()
        .filter(|(path, _)| inside.starts_with(path))
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    let is_portable = PORTABLE.contains(&layer) && inside != MACHINE;
    let mut findings = Findings::new();
    for (number, statement) in source.statements() {
        let mut report = |message: String| findings.push(format!("{}:{number}: {message}", source.path));
        for path in paths(&statement, &module_of(inside), &[]) {
            let Some(top) = path.first() else { continue };
            if rank(top).is_some_and(|other| other > own) {
                report(format!("{layer} may not import {top}, which is below it"));
            }
            let path = path.join("::");
            if separate.iter().any(|name| path == *name || path.starts_with(&format!("{name}::"))) {
                report(format!("must not depend on {path}"));
            }
        }
        if is_portable && (statement.contains("cfg(target") || statement.contains("cfg!(target")) {
            report(format!("only {MACHINE} may ask which machine it runs on"));
        }
    }
    findings
}

/// Checks the order of the modules of `scorer/src/api`.
pub(super) fn api(source: &Source) -> Findings {
    let inside =
        source.path.strip_prefix(SCORER).filter(|inside| inside.starts_with("api/") && *inside != "api/mod.rs");
    let Some(inside) = inside.filter(|_| source.is_rust()) else { return Findings::new() };
    let module = module_of(inside);
    let level = |name: &str| API.iter().position(|names| names.contains(&name));
    let Some((name, own)) = module.get(1).and_then(|name| Some((name, level(name)?))) else {
        return vec![format!("{}: has no place in the table of `api` in the tidy check", source.path)];
    };
    let mut findings = Findings::new();
    for (number, statement) in source.statements() {
        for path in paths(&statement, &module, &[]) {
            let [top, target, ..] = &path[..] else { continue };
            if top == "api" && level(target).is_some_and(|other| other < own) {
                findings.push(format!(
                    "{}:{number}: api::{name} may not import api::{target}, which is above it",
                    source.path
                ));
            }
        }
    }
    findings
}

/// Checks that a confined crate is named in its places alone.
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

/// True when a line names a crate: the whole word before `::`.
fn is_named(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let rest = &line[at + name.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') && rest.starts_with("::")
    })
}
