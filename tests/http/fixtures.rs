//! Fixture folders with the replaced service's model, golden records and recorded responses, found by their layout: those
//! of the project and of `LEADLIGHT_SHARED`.

use scorer::cli::import_legacy_encoder;
use scorer::insight::card::Card;
use scorer::insight::grade::Grades;
use scorer::lead::json::syntax::JsonParser;
use scorer::model::onnx;
use scorer::pipeline::{ModelParts, Scorer, pack};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Depth to search below a root.
const DEPTH: usize = 3;

const LAYOUT: [&str; 4] = ["http_behaviour.jsonl", "golden.jsonl", "encoder.json", "model.onnx"];

#[derive(Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn records(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.0.join(name)).unwrap();
        // Python's JSON, which has NaN and Infinity.
        text.lines().map(|line| JsonParser::new(line).value().unwrap().to_value()).collect()
    }

    /// Version of the model in the recorded responses.
    fn version(&self) -> String {
        let records = self.records("http_behaviour.jsonl");
        let version = records.iter().find_map(|record| record["response"]["model_version"].as_str());
        version.unwrap_or("1").to_owned()
    }

    /// The folder's model, packed with its encoder.
    pub(crate) fn model(&self) -> Vec<u8> {
        self.model_of(&self.version())
    }

    /// The same with another version.
    pub(crate) fn model_of(&self, version: &str) -> Vec<u8> {
        let graph = fs::read(self.0.join("model.onnx")).unwrap();
        let input = &onnx::inputs(&graph).unwrap()[0].name;
        let encoder =
            import_legacy_encoder::specification(&fs::read(self.0.join("encoder.json")).unwrap(), input).unwrap();
        let card = Card { name: "old".to_owned(), version: version.to_owned(), ..Card::default() };
        pack(&graph, ModelParts { encoder, card, grades: Grades::default(), profile: None, output: None }).unwrap()
    }

    pub(crate) fn scorer(&self) -> Scorer {
        Scorer::open(&[("old".to_owned(), self.model())]).unwrap()
    }
}

/// The project's own folder, which every clone has.
pub(crate) fn own() -> Folder {
    found(&root().join("tests/fixtures")).pop().expect("the project's fixtures are missing")
}

/// All folders found.
pub(crate) fn all() -> Vec<Folder> {
    let shared = std::env::var_os("LEADLIGHT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let mut folders = found(&root().join("tests/fixtures"));
    assert!(!folders.is_empty(), "the project's fixtures are missing");
    let real = found(&shared);
    if real.is_empty() {
        eprintln!("NOT CHECKED: no real answers of the old service below {}", shared.display());
    }
    folders.extend(real);
    folders
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn found(root: &Path) -> Vec<Folder> {
    let mut folders = Vec::new();
    let mut waiting = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        if LAYOUT.iter().all(|name| folder.join(name).is_file()) {
            folders.push(Folder(folder.clone()));
        }
        if depth < DEPTH {
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            waiting
                .extend(entries.map(|entry| entry.path()).filter(|path| path.is_dir()).map(|path| (path, depth + 1)));
        }
    }
    folders.sort_by(|one, other| one.0.cmp(&other.0));
    folders
}
