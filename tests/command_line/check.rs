//! `leadlight check`: the same answers, or which rows differ.

use super::{complaint, leadlight, root, run, text};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// An array as numpy saves it, format 1.0.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = 64 * (11 + header.len()).div_ceil(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(data);
    bytes
}

/// Inputs and probabilities of the synthetic set, from the program itself.
fn arrays(folder: &Path, change: f32) -> (String, String, String) {
    let model = folder.join("model.onnx");
    let set = root().join("tests/fixtures/parity");
    let packed = leadlight(&["pack"])
        .arg(set.join("model.onnx"))
        .arg("--encoder")
        .arg(set.join("encoder.json"))
        .arg("-o")
        .arg(&model)
        .output()
        .unwrap();
    assert!(packed.status.success(), "{packed:?}");
    let leads = folder.join("leads.jsonl");
    fs::write(&leads, "{\"jobtitle\": \"CEO\"}\n{\"jobtitle\": \"Clerk\", \"llm_quality\": 90}\n").unwrap();
    let encoded = leadlight(&["encode", "--json"]).arg(&leads).arg("--model").arg(&model).output().unwrap();
    let rows: Vec<serde_json::Value> =
        text(&encoded.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let float = |value: &serde_json::Value| value.as_f64().unwrap_or(f64::NAN) as f32;
    let features: Vec<u8> = rows
        .iter()
        .flat_map(|row| row["features"].as_array().unwrap())
        .flat_map(|value| float(value).to_le_bytes())
        .collect();
    let width = rows[0]["features"].as_array().unwrap().len();
    let expected: Vec<u8> = rows
        .iter()
        .enumerate()
        .flat_map(|(at, row)| (float(&row["probability"]) + if at == 1 { change } else { 0.0 }).to_le_bytes())
        .collect();
    let (inputs, answers) = (folder.join("x.npy"), folder.join("p.npy"));
    fs::write(&inputs, npy("<f4", &format!("(2, {width})"), &features)).unwrap();
    fs::write(&answers, npy("<f4", "(2,)", &expected)).unwrap();
    (model.display().to_string(), inputs.display().to_string(), answers.display().to_string())
}

#[test]
fn a_model_that_answers_the_same_is_told_so() {
    let folder = TempDir::new().unwrap();
    let (model, inputs, expected) = arrays(folder.path(), 0.0);
    let output = run(&["check", &model, "--inputs", &inputs, "--expected", &expected, "--tolerance", "0"]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(said.contains("equal as floats     2") && said.contains("the same on every platform"), "{said}");
}

#[test]
fn rows_that_differ_are_named() {
    let folder = TempDir::new().unwrap();
    let (model, inputs, expected) = arrays(folder.path(), 1e-4);
    let output = run(&["check", &model, "--inputs", &inputs, "--expected", &expected]);
    assert!(text(&output.stdout).contains("different           row 1"), "{output:?}");
    assert!(complaint(&output).contains("1 of 2 rows differ by more than 0.000002"), "{output:?}");
    let near = run(&["check", &model, "--inputs", &inputs, "--expected", &expected, "--tolerance", "0.001"]);
    assert!(near.status.success(), "{near:?}");
}

#[test]
fn arrays_that_cannot_be_used_are_refused_with_a_sentence() {
    let folder = TempDir::new().unwrap();
    let (model, inputs, expected) = arrays(folder.path(), 0.0);
    let refused = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        complaint(&run(&["check", &model, "--inputs", &inputs, "--expected", &path.display().to_string()]))
    };
    assert!(refused("huge.npy", &npy("<f4", "(99999999999, 99)", &[0; 8])).contains("cut short"));
    assert!(refused("three.npy", &npy("<f4", "(1, 1, 1)", &[0; 4])).contains("one or two dimensions"));
    assert!(refused("one.npy", &npy("<f4", "(1,)", &[0; 4])).contains("2 rows go in"));
    assert!(refused("complex.npy", &npy("<c8", "(1,)", &[0; 8])).contains("float32"));
    assert!(refused("none.npy", b"no array").contains("none.npy"));
    let missing = complaint(&run(&["check", &model, "--inputs", "other=x.npy", "--expected", &expected]));
    assert!(missing.contains("--inputs"), "{missing}");
}
