//! Fuzzes JSON parsing of a lead and of a batch.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scorer::lead::Lead;
use scorer::lead::json::{Issue, BatchSink, read_batch_into, read_lead};
use scorer::lead::schema::Schema;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::leads);

struct NullSink;

impl BatchSink for NullSink {
    fn restart(&mut self) {}

    fn take(&mut self, _: &Lead, _: Vec<Issue>) {}
}

fuzz_target!(|bytes: &[u8]| {
    let lead = read_lead(bytes, &SCHEMA);
    let batch = read_batch_into(bytes, &SCHEMA, &mut NullSink);
    // Errors can be formatted.
    lead.err().map(|error| error.to_string());
    batch.err().map(|error| error.to_string());
});
