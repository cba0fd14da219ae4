//! Tests of each rule: a violation is found, and correct text passes.

use super::*;

fn found(path: &str, text: &str) -> Findings {
    findings_of(&Source { path, text })
}

fn only(path: &str, text: &str, expected: &str) {
    let findings = found(path, text);
    assert!(findings.len() == 1 && findings[0].contains(expected), "{findings:?}");
}

#[test]
fn a_tidy_file_passes() {
    let text = "//! Owns this.\n\nuse crate::lead::Lead;\n\nfn f() {}\n";
    assert_eq!(found("scorer/src/model/forest.rs", text), Findings::new());
}

#[test]
fn a_missing_head_is_found() {
    only("web/src/state.rs", "use std::fs;\n", "//! head");
}

#[test]
fn a_file_too_long_is_found_and_its_tests_do_not_count() {
    let code = "fn f() {}\n".repeat(LINES_MAX);
    let head = "//! Owns this.\n";
    assert_eq!(found("web/src/a.rs", &format!("{head}{code}// a comment\n\n")), Findings::new());
    assert_eq!(found("web/src/a.rs", &format!("{head}{code}#[cfg(test)]\nmod tests {{\n{code}}}\n")), Findings::new());
    only("web/src/a.rs", &format!("{head}{code}fn g() {{}}\n"), "lines of code");
}

#[test]
fn unfinished_work_is_found() {
    only("docs/API.md", concat!("TO", "DO: write this\n"), ":1: unfinished work");
    only("web/src/a.rs", concat!("//! Owns this.\nfn f() { todo", "!() }\n"), ":2: unfinished work");
}

#[test]
fn trailing_space_is_found() {
    only("README.md", "one\ntwo \n", ":2: space at the end");
}

#[test]
fn a_path_of_one_machine_is_found() {
    only(
        "web/src/a.rs",
        concat!("//! Owns this.\nconst A: &str = \"/ho", "me/me/file\";\n"),
        ":2: a path of one machine",
    );
    assert_eq!(found("README.md", "see docs/home/page and https://example.org/root/x\n"), Findings::new());
}

#[test]
fn an_import_down_the_layers_is_found() {
    only("scorer/src/lead/mod.rs", "//! Owns this.\nuse crate::model::Forest;\n", "lead may not import model");
    only("scorer/src/insight/rank.rs", "//! Owns this.\nuse super::super::api::State;\n", "insight may not import api");
    only("scorer/src/wire.rs", "//! Owns this.\nuse crate::{lead::Lead, cli};\n", "wire may not import cli");
    only(
        "scorer/src/wire.rs",
        "//! Owns this.\nuse crate::{\n    lead::Lead,\n    cli,\n};\n",
        "wire.rs:2: wire may not",
    );
    only("scorer/src/sideways.rs", "//! Owns this.\n", "no place in the layer table");
    assert_eq!(found("scorer/src/api/mod.rs", "//! Owns this.\nuse crate::{lead::Lead, wire};\n"), Findings::new());
}

#[test]
fn a_neighbour_that_must_stay_unknown_is_found() {
    only("scorer/src/lead/csv/mod.rs", "//! Owns this.\nuse crate::lead::encode::Encoder;\n", "must not depend on");
}

#[test]
fn a_crate_out_of_its_place_is_found() {
    only("scorer/src/insight/rank.rs", "//! Owns this.\nuse tract_onnx::prelude::*;\n", "tract_onnx may be named only");
    only("scorer/src/api/mod.rs", "//! Owns this.\nuse sqlx::Row;\n", "sqlx may be named only");
    assert_eq!(found("prediction-log/src/lib.rs", "//! Owns this.\nuse sqlx::Row;\n"), Findings::new());
    assert_eq!(
        found("scorer/src/model/onnx/graph.rs", "//! Owns this.\nuse tract_onnx::prelude::*;\n"),
        Findings::new()
    );
}

#[test]
fn a_question_about_the_machine_is_found() {
    let text = "//! Owns this.\n#[cfg(target_arch = \"x86_64\")]\nfn f() {}\n";
    only("scorer/src/model/kernel.rs", text, "which machine");
    assert_eq!(found("scorer/src/model/simd.rs", text), Findings::new());
}
