//! Whatever is sent to the API as a lead or a batch of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scorer::lead::Lead;
use scorer::lead::json::{Issue, BatchSink, read_batch_into, read_lead};
use scorer::lead::schema::Schema;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::leads);

struct Nowhere;

impl BatchSink for Nowhere {
    fn restart(&mut self) {}

    fn take(&mut self, _: &Lead, _: Vec<Issue>) {}
}

fuzz_target!(|bytes: &[u8]| {
    let one = read_lead(bytes, &SCHEMA);
    let many = read_batch_into(bytes, &SCHEMA, &mut Nowhere);
    // What is wrong can be told.
    one.err().map(|error| error.to_string());
    many.err().map(|error| error.to_string());
});
