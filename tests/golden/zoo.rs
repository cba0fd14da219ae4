//! Compares third-party models with onnxruntime: every folder with the zoo's layout is a test case.
//!
//! A folder contains `model.onnx`, `manifest.json` (inputs, tolerance, the positive column) and `expected_positive.f32`.

use crate::document::{ZooInput, ZooModel, ZooValues};
use crate::{folders_with, root, shared};
use scorer::lead::encode::Specification;
use scorer::model::bundle::OutputColumn;
use scorer::model::onnx;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Tolerance where the manifest names none.
const DEFAULT_TOLERANCE: f64 = 2e-6;

fn folders() -> Vec<PathBuf> {
    let names = ["model.onnx", "manifest.json", "expected_positive.f32"];
    let own = folders_with(&root().join("tests/fixtures"), &names);
    assert!(!own.is_empty(), "the third-party models of the repository are missing");
    let shared = folders_with(&shared(), &names);
    if shared.is_empty() {
        eprintln!("!! NO SHARED TEST DATA: only the synthetic third-party models are checked !!");
    }
    own.into_iter().chain(shared).collect()
}

/// Runs and compares all models; returns them with the bits that other platforms must reproduce.
pub(crate) fn models() -> Vec<ZooModel> {
    let (models, errors): (Vec<_>, Vec<_>) = folders().iter().map(|folder| checked(folder)).partition(Result::is_ok);
    let errors: Vec<String> = errors.into_iter().filter_map(Result::err).collect();
    assert!(errors.is_empty(), "{} models differ:\n{}", errors.len(), errors.join("\n"));
    models.into_iter().filter_map(Result::ok).collect()
}

fn checked(folder: &Path) -> Result<ZooModel, String> {
    let mut model = read(folder);
    let graph = model.open()?;
    let batch = model.run(&graph)?;
    if graph.inexact().is_empty() {
        let bits: Vec<u32> = batch.iter().map(|probability| probability.to_bits()).collect();
        assert_eq!(bits_of_single_rows(&model, &graph), bits, "{}: single row and batch", model.name);
        model.exact_bits = Some(bits);
    }
    Ok(model)
}

/// Returns the bits of each row's probability when scored alone.
fn bits_of_single_rows(model: &ZooModel, graph: &onnx::Graph) -> Vec<u32> {
    use scorer::lead::encode::{InputBlock, InputValues};
    let blocks = model.blocks();
    let row = |block: &InputBlock, at: usize| {
        let range = at * block.width..(at + 1) * block.width;
        let values = match &block.values {
            InputValues::Float(values) => InputValues::Float(values[range].to_vec()),
            InputValues::Double(values) => InputValues::Double(values[range].to_vec()),
            InputValues::Integer(values) => InputValues::Integer(values[range].to_vec()),
            InputValues::Text(values) => InputValues::Text(values[range].to_vec()),
        };
        InputBlock { width: block.width, values }
    };
    let alone = |at| {
        let blocks: Vec<InputBlock> = blocks.iter().map(|block| row(block, at)).collect();
        graph.run_all(&blocks).unwrap().0[model.output.column].to_bits()
    };
    (0..model.rows).map(alone).collect()
}

fn read(folder: &Path) -> ZooModel {
    let bytes = fs::read(folder.join("model.onnx")).unwrap();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let name = folder.display().to_string();
    let inputs: Vec<ZooInput> =
        manifest["input_files"].as_array().unwrap().iter().map(|input| read_input(folder, input)).collect();
    let kinds = inputs.iter().map(|input| (input.name.clone(), input.values.element(), input.width));
    ZooModel {
        output: probability_output(&name, &bytes, &manifest, &Specification::passthrough(kinds)),
        model: bytes,
        inputs,
        rows: usize::try_from(manifest["n_rows"].as_u64().unwrap()).unwrap(),
        tolerance: manifest["suggested_abs_tolerance"].as_f64().unwrap_or(DEFAULT_TOLERANCE) as f32,
        expected_bits: elements(&folder.join("expected_positive.f32"), u32::from_le_bytes),
        exact_bits: None,
        name,
    }
}

fn elements<const N: usize, T>(path: &Path, read: impl Fn([u8; N]) -> T) -> Vec<T> {
    let bytes = fs::read(path).unwrap();
    let (elements, rest) = bytes.as_chunks::<N>();
    assert!(rest.is_empty(), "{}", path.display());
    elements.iter().copied().map(read).collect()
}

fn read_input(folder: &Path, input: &Value) -> ZooInput {
    let path = folder.join(input["file"].as_str().unwrap());
    let shape = input["shape"].as_array().unwrap();
    let json = || -> Vec<Value> { serde_json::from_slice(&fs::read(&path).unwrap()).unwrap() };
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let values = match (input["dtype"].as_str().unwrap(), is_json) {
        ("float32", false) => ZooValues::Float(elements(&path, u32::from_le_bytes)),
        ("float64", false) => ZooValues::Double(elements(&path, u64::from_le_bytes)),
        ("float32", true) => ZooValues::Float(json().iter().map(|value| (number(value) as f32).to_bits()).collect()),
        ("float64", true) => ZooValues::Double(json().iter().map(|value| number(value).to_bits()).collect()),
        ("int64", false) => ZooValues::Integer(elements(&path, i64::from_le_bytes)),
        ("int64", true) => ZooValues::Integer(json().iter().map(|value| value.as_i64().unwrap()).collect()),
        ("string", true) => {
            ZooValues::Text(json().iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect())
        }
        (other, _) => panic!("{}: {other}", path.display()),
    };
    let width = shape.get(1).map_or(1, |width| usize::try_from(width.as_u64().unwrap()).unwrap());
    ZooInput { name: input["name"].as_str().unwrap().to_owned(), width, values }
}

/// Returns the probability output: named in the manifest, the only one, or that of the positive class. Automatic
/// detection must find the same output; it may fail only if labels are texts, if there are more than two classes, or if
/// a regressor has several targets.
fn probability_output(name: &str, bytes: &[u8], manifest: &Value, encoder: &Specification) -> OutputColumn {
    let column = usize::try_from(manifest["positive_column"].as_u64().unwrap()).unwrap();
    let candidates = onnx::outputs(bytes).unwrap();
    let expected = match manifest["output_name"].as_str() {
        Some(output) => OutputColumn { name: output.to_owned(), column },
        None if candidates.len() > 1 => OutputColumn { name: candidates[column].name.clone(), column: 0 },
        None => OutputColumn { name: candidates[0].name.clone(), column },
    };
    match onnx::find_output(bytes, encoder).unwrap_or_else(|error| panic!("{name}: {error}")) {
        Some(found) => assert_eq!(found, expected, "{name}"),
        None => {
            let columns = manifest["n_columns_in_expected_proba"].as_u64().unwrap();
            let labels = fs::read_to_string(Path::new(name).join("expected_label.json")).unwrap_or_default();
            let nodes = manifest["nodes"].to_string();
            let are_targets = columns > 1 && (nodes.contains("Regressor") || nodes.contains("TreeEnsemble\""));
            assert!(columns > 2 || are_targets || labels.contains('"'), "{name}: no output was found");
        }
    }
    expected
}

#[test]
fn third_party_models_match_onnxruntime() {
    let models = models();
    println!(
        "{} models, {} of them bit-exact",
        models.len(),
        models.iter().filter(|model| model.exact_bits.is_some()).count()
    );
}
