//! Tests of `leadlight check`.

use super::{error_message, leadlight, root, run, text};
use std::fs;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

/// Encodes an array as `.npy`, format version 1.0.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    npy_in_order(kind, shape, data, "False")
}

/// As [`npy`]; with the order "True", the data are column by column.
fn npy_in_order(kind: &str, shape: &str, data: &[u8], fortran_order: &str) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': {fortran_order}, 'shape': {shape}, }}");
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

/// Rows of the input array of [`arrays`].
fn features(inputs: &str) -> Vec<Vec<f32>> {
    let bytes = fs::read(inputs).unwrap();
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let values: Vec<f32> = bytes[start..].as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    values.chunks(values.len() / 2).map(<[f32]>::to_vec).collect()
}

/// Writes `.npz`, as `numpy.savez_compressed` does.
fn npz(path: &Path, arrays: &[(&str, Vec<u8>)]) {
    let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, array) in arrays {
        archive.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(array).unwrap();
    }
    archive.finish().unwrap();
}

#[test]
fn arrays_are_read_in_every_order_and_container() {
    let folder = TempDir::new().unwrap();
    let (model, inputs, expected) = arrays(folder.path(), 0.0);
    let rows = features(&inputs);
    let width = rows[0].len();
    let by_column: Vec<u8> = (0..width).flat_map(|at| [rows[0][at], rows[1][at]]).flat_map(f32::to_le_bytes).collect();
    let fortran = npy_in_order("<f4", &format!("(2, {width})"), &by_column, "True");
    let header: Vec<String> = (0..width).map(|at| format!("f{at}")).collect();
    let line = |row: &Vec<f32>| row.iter().map(f32::to_string).collect::<Vec<_>>().join(",");
    let table = format!("{}\n{}\n{}\n", header.join(","), line(&rows[0]), line(&rows[1]));
    let file = |name: &str| folder.path().join(name).display().to_string();
    fs::write(file("fortran.npy"), &fortran).unwrap();
    fs::write(file("x.csv"), table).unwrap();
    npz(Path::new(&file("x.npz")), &[("anything", fortran)]);
    npz(
        Path::new(&file("p.npz")),
        &[("other", npy("<f4", "(1,)", &[0; 4])), ("probabilities", fs::read(&expected).unwrap())],
    );
    for (inputs, expected) in [("fortran.npy", "p.npy"), ("x.csv", "p.npy"), ("x.npz", "p.npz")] {
        let output =
            run(&["check", &model, "--inputs", &file(inputs), "--expected", &file(expected), "--tolerance", "0"]);
        assert!(output.status.success(), "{inputs}: {output:?}");
    }
}

#[test]
fn unusable_tables_are_refused_once() {
    let folder = TempDir::new().unwrap();
    let (model, _, expected) = arrays(folder.path(), 0.0);
    let error = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        error_message(&run(&["check", &model, "--inputs", &path.display().to_string(), "--expected", &expected]))
    };
    assert!(error("x.parquet", b"PAR1....PAR1").contains("pandas.read_parquet"));
    assert!(error("x.csv", b"a,b\n1\n").contains("x.csv"));
    assert!(error("x.npz", b"PK\x03\x04").contains("x.npz"));
    assert!(error("x.txt", b"1 2").contains(".npy, .npz"));
    assert!(error("objects.npy", &npy("|O", "(1,)", &[0; 8])).contains("astype(str)"));
}

#[test]
fn errors_say_one_thing_once() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("broken.onnx"), b"\xff\xff").unwrap();
    fs::write(path("broken.json"), b"{").unwrap();
    let graph = root().join("tests/fixtures/parity/model.onnx").display().to_string();
    let pack = |model: &str, encoder: &str| {
        error_message(&run(&["pack", model, "--encoder", encoder, "-o", &path("out.onnx")]))
    };
    let messages = [
        pack(&path("broken.onnx"), &path("broken.json")),
        pack(&graph, &path("broken.json")),
        error_message(&run(&["check", &path("broken.onnx"), "--inputs", "x.npy", "--expected", "p.npy"])),
        error_message(&run(&["inspect", &path("broken.onnx")])),
    ];
    for message in messages {
        let parts: Vec<&str> = message.trim_end().split(": ").collect();
        let distinct: std::collections::HashSet<&&str> = parts.iter().collect();
        assert_eq!(parts.len(), distinct.len(), "{message}");
    }
}
