//! Lists as exporters and spreadsheets write them, read as they come: every file of `tests/fixtures/imports` with what it
//! is expected to be beside it. All people in them are made up.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is not there fails the test")]

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

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    found.sort();
    found
}

fn read(bytes: &[u8], step: usize, given: ImportOptions) -> Result<ScoredList, ListError> {
    let mut reader = ListReader::new(SCORER.clone(), given);
    for piece in bytes.chunks(step) {
        reader.push(piece)?;
    }
    reader.finish()
}

/// What a list turned out to be, in the form that the expectations have.
fn told(sheet: &ScoredList) -> Value {
    let (origin, intake) = (sheet.format(), sheet.summary());
    let columns = || intake.mapping.columns.iter();
    let fields = columns().filter_map(|column| Some((column.name.clone(), json!(column.target.as_ref()?.name()))));
    let unread = columns().zip(&intake.unrecognized_cells).filter(|(_, unread)| **unread > 0);
    json!({
        "encoding": origin.encoding.name(),
        "delimiter": char::from(origin.dialect.delimiter).to_string(),
        "line": origin.line,
        "leads": sheet.len(),
        "rejects": sheet.rejects().len(),
        "unread": unread.map(|(column, unread)| (column.name.clone(), json!(unread))).collect::<Map<_, _>>(),
        "short_rows": intake.short_rows,
        "fields": fields.collect::<Map<_, _>>(),
    })
}

fn csv(sheet: &ScoredList) -> Vec<u8> {
    let mut bytes = Vec::new();
    sheet.write_csv(&mut bytes).unwrap();
    bytes
}

#[test]
fn exports_are_read_as_they_come_wherever_they_are_cut() {
    let expectations = files(&root().join("tests/fixtures/imports"), "json");
    assert!(expectations.len() >= 10);
    for expected in expectations {
        let lists = ["csv", "txt"].map(|ending| expected.with_extension(ending));
        let list = lists.iter().find(|list| list.is_file()).unwrap();
        let wanted: Value = serde_json::from_slice(&std::fs::read(&expected).unwrap()).unwrap();
        let bytes = std::fs::read(list).unwrap();
        let whole = read(&bytes, bytes.len(), ImportOptions::default()).unwrap();
        assert_eq!(told(&whole), wanted, "{}", list.display());
        for step in [1, 3, 64] {
            let cut = read(&bytes, step, ImportOptions::default()).unwrap();
            assert_eq!(csv(&cut), csv(&whole), "{} in steps of {step}", list.display());
        }
    }
}

#[test]
fn the_same_lead_gets_the_same_score_in_an_exporters_words_and_in_the_contracts() {
    let theirs = "Title;# Employees;Ownership;Founded\nVP Sales;\"2,400\";private;2011-05-01\n";
    let ours = "jobtitle,companysize,companytype,companyfoundedon\nVP Sales,1001-5000,Privately Held,2011\n";
    let score = |text: &str| read(text.as_bytes(), 7, ImportOptions::default()).unwrap().score(0).probability.to_bits();
    assert_eq!(score(theirs), score(ours));
}

#[test]
fn a_mapping_by_hand_is_what_is_read() {
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
    let given = ImportOptions { mapping: Some(serde_json::from_value(mapping).unwrap()), ..ImportOptions::default() };
    let sheet = read(text, 9, given.clone()).unwrap();
    assert_eq!(sheet.summary().mapping.columns[1].evidence, Evidence::Manual);
    // One that is about other columns is not used.
    let other = read(b"Title,x\nCTO,\n", 4, given).unwrap();
    assert_eq!(other.summary().mapping.columns[0].evidence, Evidence::Name);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1_usize..50) {
        let _ = read(&bytes, step, ImportOptions::default());
    }

    #[test]
    fn whatever_stands_in_cells_a_list_is_the_same_wherever_it_is_cut(
        cells in prop::collection::vec("[a-zé0-9,;\"\n ]{0,12}", 2..40),
        step in 1_usize..80,
    ) {
        let row = |pair: &[String]| {
            let quoted: Vec<_> = pair.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            quoted.join(";") + "\n"
        };
        let text = format!("Title;# Employees\n{}", cells.chunks_exact(2).map(row).collect::<String>());
        let whole = read(text.as_bytes(), text.len(), ImportOptions::default()).map(|sheet| csv(&sheet)).ok();
        let cut = read(text.as_bytes(), step, ImportOptions::default()).map(|sheet| csv(&sheet)).ok();
        prop_assert!(whole.is_some());
        prop_assert_eq!(whole, cut);
    }
}
