//! Fuzzes list import: reads a file in chunks of any size, maps, scores and exports it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scorer::pipeline::Scorer;
use scorer::lead::import::ImportOptions;
use scorer::scored_list::{Export, CsvStyle, ListError, ListReader};
use std::sync::{Arc, LazyLock};

static SCORER: LazyLock<Arc<Scorer>> = LazyLock::new(|| {
    let file = include_bytes!("../../models/linkedin-engagement-basic.onnx").to_vec();
    Arc::new(Scorer::open(&[("basic".to_owned(), file)]).expect("the model is shipped"))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, list)) = bytes.split_first() else { return };
    let mut reader = ListReader::new(SCORER.clone(), ImportOptions::default());
    if list.chunks(usize::from(*first).max(1)).try_for_each(|chunk| reader.push(chunk)).is_err() {
        return;
    }
    match reader.finish() {
        Ok(sheet) => {
            let export = Export { leads: sheet.order(), marks: None };
            let mut out = Vec::new();
            sheet.write_csv_export(&export, CsvStyle::Spreadsheet { decimal_comma: true }, &mut out).expect("memory takes all");
            sheet.rejects().write(&mut out).expect("memory takes all");
        }
        Err(ListError::NoLeads { rejects }) => rejects.write(&mut Vec::new()).expect("memory takes all"),
        Err(_) => {}
    }
});
