//! Lists as exporters, spreadsheets and people write them: each scores as its cleanly written reference, and the same by
//! the reader of the page, the command line and the API.
//!
//! A folder holds `ref.csv` and other lists of the same leads, found by the first column. Folders without a reference hold
//! lists that have to score in some way. They stand under `tests/fixtures/field` and `field` in `LEADLIGHT_SHARED`.

use crate::support::TestApp;
use axum::body::Body;
use axum::http::Request;
use scorer::insight::label::probability_text;
use scorer::lead::csv::check_text;
use scorer::lead::import::ImportOptions;
use scorer::pipeline::Scorer;
use scorer::scored_list::ListReader;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

/// Lists of other leads than their folder's reference.
const OTHER_LEADS: [&str; 7] = [
    "input_1251.csv",
    "input_sjis.csv",
    "german_thousands.csv",
    "input_tab.txt",
    "report.xls",
    "spreadsheetml.xls",
    "merged.xlsx",
];

/// First cell and probability of every lead, in the order of the file.
type Pairs = Vec<(String, String)>;

static SHIPPED: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let models = files(&root().join("models")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "onnx"));
    models.map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Entries of a folder, sorted; empty where there is none.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn folders() -> Vec<PathBuf> {
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let own = files(&root().join("tests/fixtures/field"));
    assert!(!own.is_empty(), "the project's lists are missing");
    let real = files(&shared.join("field"));
    if real.is_empty() {
        eprintln!("NOT CHECKED: no lists that broke other tools below {}", shared.display());
    }
    own.into_iter().chain(real).filter(|path| path.is_dir()).collect()
}

/// A folder's lists but the reference, which is `ref.csv`, or `plain.csv` where the folder has its own model.
fn lists(folder: &Path) -> (Option<PathBuf>, Vec<PathBuf>) {
    let reference = ["ref.csv", "plain.csv"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file());
    let is_list = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let is_data = !["", "onnx"].contains(&extension.as_str()) && !path.ends_with("encoder.json");
        is_data && !path.ends_with("expected.json") && Some(path) != reference.as_ref()
    };
    let lists = files(folder).into_iter().filter(is_list).collect();
    (reference, lists)
}

fn models(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let own = folder.join("packed.onnx");
    if own.is_file() { vec![("packed".to_owned(), std::fs::read(own).unwrap())] } else { SHIPPED.clone() }
}

/// Scores a text by the page's reader.
fn by_list(scorer: &Arc<Scorer>, bytes: &[u8]) -> Result<Pairs, String> {
    let mut reader = ListReader::new(scorer.clone(), ImportOptions::default());
    for piece in bytes.chunks(7919) {
        reader.push(piece).map_err(|error| error.to_string())?;
    }
    let list = reader.finish().map_err(|error| error.to_string())?;
    let pair = |lead: usize| {
        (list.cells(lead).next().unwrap_or_default().to_owned(), probability_text(list.score(lead).probability))
    };
    Ok((0..list.len()).map(pair).collect())
}

/// Scores a file by the command line.
fn by_command_line(folder: &Path, list: &Path) -> Result<Pairs, String> {
    let own = folder.join("packed.onnx");
    let models = if own.is_file() { own } else { root().join("models") };
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadlight"));
    let output = command.arg("score").arg(list).arg("--models").arg(models).output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8(output.stderr).unwrap());
    }
    let (mut pairs, mut column) = (Vec::new(), None);
    scorer::lead::csv::for_each_record(&output.stdout, Default::default(), &mut |_, cells| {
        match column {
            None => column = cells.iter().position(|name| name == "probability"),
            Some(column) => {
                pairs.push((cells.get(0).unwrap().to_owned(), cells.get(column).unwrap().to_owned()));
            }
        }
        Ok(())
    })
    .unwrap();
    Ok(pairs)
}

/// Probabilities by the API, in the order of the file.
async fn by_api(app: &TestApp, bytes: Vec<u8>) -> Result<Vec<String>, String> {
    let request = Request::post("/predict/batch").header("content-type", "text/csv");
    let request = request.header("accept", "application/x-ndjson").body(Body::from(bytes)).unwrap();
    let response = app.send(request).await;
    if !response.status.is_success() {
        return Err(response.text());
    }
    let lines = response.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let scored = lines.iter().filter(|line| line["status"] == "scored");
    Ok(scored.map(|line| probability_text(line["probability"].as_f64().unwrap() as f32)).collect())
}

fn sorted(mut pairs: Pairs) -> Pairs {
    pairs.iter_mut().for_each(|(lead, _)| *lead = lead.trim_matches(['"', '\'', '=']).to_owned());
    pairs.sort();
    pairs
}

#[test]
fn lists_score_as_their_references() {
    let mut differing = Vec::new();
    for folder in folders() {
        let (reference, lists) = lists(&folder);
        assert!(!lists.is_empty(), "{}", folder.display());
        let expected = reference.map(|reference| sorted(by_command_line(&folder, &reference).unwrap()));
        for list in lists {
            let is_other = OTHER_LEADS.iter().any(|name| list.ends_with(name));
            match (by_command_line(&folder, &list), expected.as_ref().filter(|_| !is_other)) {
                (Err(message), _) if message.starts_with("error: ") && message.lines().count() == 1 => {
                    println!("refused: {} {message}", list.display());
                }
                (Ok(pairs), Some(expected)) if sorted(pairs.clone()) == *expected => {}
                (Ok(pairs), None) if !pairs.is_empty() => {}
                (other, _) => differing.push(format!("{}: {other:?}", list.display())),
            }
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

#[tokio::test]
async fn page_command_line_and_api_agree() {
    for folder in folders() {
        let scorer = Arc::new(Scorer::open(&models(&folder)).unwrap());
        let app = TestApp::new(Some(Scorer::open(&models(&folder)).unwrap())).await;
        for list in lists(&folder).1 {
            let bytes = std::fs::read(&list).unwrap();
            let text = list.extension().is_some_and(|extension| extension == "csv" || extension == "txt");
            // Page and command line convert other formats before this reader.
            if !text || check_text(&bytes).is_err() {
                continue;
            }
            let pairs = by_list(&scorer, &bytes);
            match &pairs {
                Ok(pairs) => {
                    let probabilities: Vec<_> = pairs.iter().map(|(_, probability)| probability.clone()).collect();
                    assert_eq!(by_api(&app, bytes).await, Ok(probabilities), "{}", list.display());
                    let by_command_line = by_command_line(&folder, &list).unwrap();
                    assert_eq!(sorted(by_command_line), sorted(pairs.clone()), "{}", list.display());
                }
                Err(reason) => {
                    assert!(by_api(&app, bytes).await.is_err(), "{}: {reason}", list.display());
                    assert!(by_command_line(&folder, &list).is_err(), "{}: {reason}", list.display());
                }
            }
        }
    }
}
