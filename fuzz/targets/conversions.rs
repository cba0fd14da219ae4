//! Fuzzes the conversion of workbooks, web pages, XML and JSON to CSV.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workbook::CsvSink;

/// Counts the bytes of the CSV.
struct Counter(usize);

impl CsvSink for Counter {
    fn progress(&mut self, share: f64) {
        assert!((0.0..=1.0).contains(&share));
    }

    fn chunk(&mut self, bytes: Vec<u8>) {
        self.0 += bytes.len();
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut counter = Counter(0);
    if workbook::read(bytes, &mut counter).is_ok() {
        assert!(counter.0 > 0);
    }
});
