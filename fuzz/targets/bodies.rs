//! Fuzzes JSON parsing of a lead and of a batch.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scorer::lead::Lead;
use scorer::lead::json::{Problem, Sink, read_each, read_lead};
use scorer::lead::schema::Schema;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::leads);

struct NullSink;

impl Sink for NullSink {
    fn restart(&mut self) {}

    fn take(&mut self, _: &Lead, _: Vec<Problem>) {}
}

fuzz_target!(|bytes: &[u8]| {
    let lead = read_lead(bytes, &SCHEMA);
    let batch = read_each(bytes, &SCHEMA, &mut NullSink);
    // Errors can be formatted.
    lead.err().map(|error| error.to_string());
    batch.err().map(|error| error.to_string());
});
