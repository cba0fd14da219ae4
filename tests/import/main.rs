//! Imports every file of `tests/fixtures/imports` and compares it with its expected result. All people in them are made up.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a missing value fails the test")]

mod spelling;

use proptest::prelude::*;
use scorer::lead::import::ImportOptions;
use scorer::lead::mapping::Evidence;
use scorer::pipeline::Scorer;
use scorer::scored_list::{ListError, ListReader, ScoredList};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

static SCORER: LazyLock<Arc<Scorer>> = LazyLock::new(|| {
    let models = files(&root().join("models"), "onnx");
    let read = |path: PathBuf| (path.display().to_string(), std::fs::read(path).unwrap());
    Arc::new(Scorer::open(&models.into_iter().map(read).collect::<Vec<_>>()).unwrap())
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    found.sort();
    found
}

fn read(bytes: &[u8], step: usize, options: ImportOptions) -> Result<ScoredList, ListError> {
    let mut reader = ListReader::new(SCORER.clone(), options);
    for piece in bytes.chunks(step) {
        reader.push(piece)?;
    }
    reader.finish()
}

/// Import result in the form of the expectations.
fn import_result(sheet: &ScoredList) -> Value {
    let (format, summary) = (sheet.format(), sheet.summary());
    let columns = || summary.mapping.columns.iter();
    let fields = columns().filter_map(|column| Some((column.name.clone(), json!(column.target.as_ref()?.name()))));
    let counts = |cells: &[u64]| -> Map<String, Value> {
        let counts = columns().zip(cells).filter(|(_, cells)| **cells > 0);
        counts.map(|(column, cells)| (column.name.clone(), json!(cells))).collect()
    };
    json!({
        "encoding": format.encoding.name(),
        "delimiter": char::from(format.dialect.delimiter).to_string(),
        "line": format.line,
        "leads": sheet.len(),
        "rejects": sheet.rejects().len(),
        "skipped": summary.skipped.rows,
        "unread": counts(&summary.unrecognized_cells),
        "missing_words": counts(&summary.missing_words),
        "short_rows": summary.short_rows,
        "fields": fields.collect::<Map<_, _>>(),
    })
}

fn csv(sheet: &ScoredList) -> Vec<u8> {
    let mut bytes = Vec::new();
    sheet.write_csv(&mut bytes).unwrap();
    bytes
}

#[test]
fn exports_are_imported_wherever_they_are_cut() {
    let expectation_files = files(&root().join("tests/fixtures/imports"), "json");
    assert!(expectation_files.len() >= 10);
    for path in expectation_files {
        let lists = ["csv", "txt"].map(|extension| path.with_extension(extension));
        let list = lists.iter().find(|list| list.is_file()).unwrap();
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let bytes = std::fs::read(list).unwrap();
        let whole = read(&bytes, bytes.len(), ImportOptions::default()).unwrap();
        assert_eq!(import_result(&whole), expected, "{}", list.display());
        for step in [1, 3, 64] {
            let cut = read(&bytes, step, ImportOptions::default()).unwrap();
            assert_eq!(csv(&cut), csv(&whole), "{} in steps of {step}", list.display());
        }
    }
}

#[test]
fn exported_values_score_like_contract_values() {
    let exported = "Title;# Employees;Ownership;Founded\nVP Sales;\"2,400\";private;2011-05-01\n";
    let contract = "jobtitle,companysize,companytype,companyfoundedon\nVP Sales,1001-5000,Privately Held,2011\n";
    let score = |text: &str| read(text.as_bytes(), 7, ImportOptions::default()).unwrap().score(0).probability.to_bits();
    assert_eq!(score(exported), score(contract));
}

#[test]
fn manual_mapping_is_applied() {
    let text = b"Name,What they do\nAda,CTO\n";
    assert!(matches!(read(text, 9, ImportOptions::default()), Err(ListError::Import(_))));
    let column = |name: &str, target: Option<&str>| {
        json!({
            "name": name, "confidence": 1.0,
            "target": target.map(|field| json!({ "Field": field })),
            "evidence": if target.is_some() { "Hand" } else { "None" },
        })
    };
    let mapping = json!({ "columns": [column("Name", None), column("What they do", Some("jobtitle"))] });
    let options = ImportOptions { mapping: Some(serde_json::from_value(mapping).unwrap()), ..ImportOptions::default() };
    let sheet = read(text, 9, options.clone()).unwrap();
    assert_eq!(sheet.summary().mapping.columns[1].evidence, Evidence::Manual);
    // A mapping for other columns is ignored.
    let other = read(b"Title,x\nCTO,\n", 4, options).unwrap();
    assert_eq!(other.summary().mapping.columns[0].evidence, Evidence::Name);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1_usize..50) {
        let _ = read(&bytes, step, ImportOptions::default());
    }

    #[test]
    fn lists_are_independent_of_cuts(
        cells in prop::collection::vec("[a-zé0-9,;\"\n ]{0,12}", 2..40),
        step in 1_usize..80,
    ) {
        let row = |pair: &[String]| {
            let quoted: Vec<_> = pair.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            quoted.join(";") + "\n"
        };
        let text = format!("Title;# Employees\nCTO;12\n{}", cells.chunks_exact(2).map(row).collect::<String>());
        let whole = read(text.as_bytes(), text.len(), ImportOptions::default()).map(|sheet| csv(&sheet)).ok();
        let cut = read(text.as_bytes(), step, ImportOptions::default()).map(|sheet| csv(&sheet)).ok();
        prop_assert!(whole.is_some());
        prop_assert_eq!(whole, cut);
    }
}
