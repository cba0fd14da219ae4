//! Imports every file of `tests/fixtures/imports` and compares it with its expected result. All people in them are made up.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a missing value fails the test")]

mod spelling;
mod style;

use proptest::prelude::*;
use scorer::lead::csv::ImportError;
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
    let missing_words: Vec<u64> = summary.cell_counts.iter().map(|counts| counts.missing_words).collect();
    json!({
        "encoding": format.encoding.encoding.name(),
        "delimiter": char::from(format.dialect.delimiter).to_string(),
        "line": format.line,
        "leads": sheet.len(),
        "rejects": sheet.rejects().len(),
        "skipped": summary.skipped.rows,
        "unread": counts(&summary.unrecognized_cells),
        "missing_words": counts(&missing_words),
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
fn columns_complete_each_other_row_by_row() {
    let list = "Title;Contact Title;# Employees;Employee Range\nCTO;;;51-200\n;CEO;2.400;\nCFO;x;;\n";
    let plain = "jobtitle,companysize\nCTO,51-200\nCEO,1001-5000\nCFO,\n";
    assert_eq!(probabilities(list), probabilities(plain));
    let sheet = read(list.as_bytes(), 5, ImportOptions::default()).unwrap();
    let completed: Vec<u64> = sheet.summary().cell_counts.iter().map(|counts| counts.completed).collect();
    assert_eq!(completed, [0, 1, 0, 1]);
}

#[test]
fn unknown_header_names_its_columns_with_examples() {
    let Err(ListError::Import(ImportError::NoKnownColumn { columns, found, .. })) =
        read(b"a;b\n1;x\n2;y\n", 3, ImportOptions::default())
    else {
        panic!("the header is known");
    };
    assert_eq!(found, "\"a\", \"b\"");
    assert_eq!(
        (columns[1].name.as_str(), columns[1].examples.as_slice()),
        ("b", &["x".to_owned(), "y".to_owned()][..])
    );
}

#[test]
fn cells_under_the_fields_own_name_are_converted_when_the_contract_rejects_them() {
    let list = "jobtitle;llm_quality;companyfoundedon\n=\"CTO\";75 %;2011-05-01\n'CEO;12,0;1998\n";
    let plain = "jobtitle,llm_quality,companyfoundedon\nCTO,75,2011\nCEO,12,1998\n";
    assert_eq!(probabilities(list), probabilities(plain));
    let sheet = read(list.as_bytes(), 4, ImportOptions::default()).unwrap();
    assert_eq!(sheet.summary().cell_counts[0].unwrapped, 2);
    // A cell that is no number in any notation still rejects its row.
    let sheet = read(b"jobtitle;llm_quality\nCTO;high\nCEO;7\n", 4, ImportOptions::default()).unwrap();
    assert_eq!((sheet.len(), sheet.rejects().len()), (1, 1));
}

/// Probabilities of a list's leads, in bits.
fn probabilities(list: &str) -> Vec<u32> {
    let sheet = read(list.as_bytes(), 7, ImportOptions::default()).unwrap();
    (0..sheet.len()).map(|lead| sheet.score(lead).probability.to_bits()).collect()
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
    fn wrapped_lists_score_like_plain_ones(
        rows in prop::collection::vec((0_usize..4, 0_usize..4, 1_u32..20_000), 1..8),
        wrappers in prop::collection::vec(0_usize..4, 3),
    ) {
        let titles = ["Founder & CEO", "Head of \"Growth\"", "Directrice, ventes", "Lead Engineer"];
        let industries = ["Computer Software", "Higher Education", "Marketing & Advertising", ""];
        let wrap = |column: usize, cell: &str| match wrappers[column] {
            _ if cell.is_empty() => String::new(),
            0 => cell.to_owned(),
            1 => format!("=\"{}\"", cell.replace('"', "\"\"")),
            2 => format!("\"{}\"", cell.replace('"', "\"\"")),
            _ => format!("'{cell}"),
        };
        let list = |is_wrapped: bool| {
            let line = |cells: [String; 3]| {
                let wrapped = cells.iter().enumerate();
                let cells = wrapped.map(|(at, cell)| if is_wrapped { wrap(at, cell) } else { cell.clone() });
                let quoted: Vec<_> = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                quoted.join(",") + "\n"
            };
            let rows = rows.iter().map(|(title, industry, people)| {
                line([titles[*title].to_owned(), industries[*industry].to_owned(), people.to_string()])
            });
            "Title,Industry,# Employees\n".to_owned() + &rows.collect::<String>()
        };
        prop_assert_eq!(probabilities(&list(true)), probabilities(&list(false)));
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
        let text = format!("jobtitle;# Employees
CTO;12
{}", cells.chunks_exact(2).map(row).collect::<String>());
        let whole = read(text.as_bytes(), text.len(), ImportOptions::default()).map(|sheet| csv(&sheet)).ok();
        let cut = read(text.as_bytes(), step, ImportOptions::default()).map(|sheet| csv(&sheet)).ok();
        prop_assert!(whole.is_some());
        prop_assert_eq!(whole, cut);
    }
}

/// First cell and probability of each lead, sorted by the cell.
fn scores(bytes: &[u8], step: usize) -> Result<Vec<(String, u32)>, String> {
    let list = read(bytes, step, ImportOptions::default()).map_err(|error| error.to_string())?;
    let score = |lead: usize| (list.cell(lead, 0).to_owned(), list.score(lead).probability.to_bits());
    let mut scores: Vec<_> = (0..list.len()).map(score).collect();
    scores.sort();
    Ok(scores)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_list_keeps_its_scores_in_any_style(choices in style::ALTERNATIVES.map(|alternatives| 0..alternatives), step in 1_usize..4_000) {
        let expected = scores(&style::clean(), usize::MAX).unwrap();
        prop_assert_eq!(scores(&style::write(&choices), step), Ok(expected), "{}", style::describe(&choices));
    }
}
