//! Tests of `leadlight check`.

use super::{error_message, leadlight, root, run, text};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Encodes an array as `.npy`, format version 1.0.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = 64 * (11 + header.len()).div_ceil(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(data);
    bytes
}

/// Writes a packed model, its input array and its probabilities, one of them changed by `change`; returns the paths.
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
    let (inputs, outputs) = (folder.join("x.npy"), folder.join("p.npy"));
    fs::write(&inputs, npy("<f4", &format!("(2, {width})"), &features)).unwrap();
    fs::write(&outputs, npy("<f4", "(2,)", &expected)).unwrap();
    (model.display().to_string(), inputs.display().to_string(), outputs.display().to_string())
}

#[test]
fn equal_outputs_are_reported() {
    let folder = TempDir::new().unwrap();
    let (model, inputs, expected) = arrays(folder.path(), 0.0);
    let output = run(&["check", &model, "--inputs", &inputs, "--expected", &expected, "--tolerance", "0"]);
    let report = text(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(report.contains("equal as floats     2") && report.contains("the same on every platform"), "{report}");
}

#[test]
fn differing_rows_are_listed() {
    let folder = TempDir::new().unwrap();
    let (model, inputs, expected) = arrays(folder.path(), 1e-4);
    let output = run(&["check", &model, "--inputs", &inputs, "--expected", &expected]);
    assert!(text(&output.stdout).contains("different           row 1"), "{output:?}");
    assert!(error_message(&output).contains("1 of 2 rows differ by more than 0.000002"), "{output:?}");
    let near = run(&["check", &model, "--inputs", &inputs, "--expected", &expected, "--tolerance", "0.001"]);
    assert!(near.status.success(), "{near:?}");
}

#[test]
fn unusable_arrays_are_rejected() {
    let folder = TempDir::new().unwrap();
    let (model, inputs, expected) = arrays(folder.path(), 0.0);
    let error = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        error_message(&run(&["check", &model, "--inputs", &inputs, "--expected", &path.display().to_string()]))
    };
    assert!(error("huge.npy", &npy("<f4", "(99999999999, 99)", &[0; 8])).contains("cut short"));
    assert!(error("three.npy", &npy("<f4", "(1, 1, 1)", &[0; 4])).contains("one or two dimensions"));
    assert!(error("one.npy", &npy("<f4", "(1,)", &[0; 4])).contains("2 rows go in"));
    assert!(error("complex.npy", &npy("<c8", "(1,)", &[0; 8])).contains("float32"));
    assert!(error("none.npy", b"no array").contains("none.npy"));
    let missing = error_message(&run(&["check", &model, "--inputs", "other=x.npy", "--expected", &expected]));
    assert!(missing.contains("--inputs"), "{missing}");
}
