//! What is kept of a lead beside its score: a JSON object of its fields, of the numbers that its model was given, or of
//! nothing.
//!
//! Owns that text. It is written straight from the values: a batch has hundreds of thousands of them. May not know
//! where it is kept.

use crate::api::config::LogInputs;
use crate::lead::encode::InputValues;
use crate::lead::schema::{FieldKind, Schema};
use crate::lead::text::utf8;
use crate::lead::{Lead, Value};
use crate::pipeline::{Model, Scorer};

/// Writes the inputs of many leads.
pub(super) struct Inputs<'a> {
    scorer: &'a Scorer,
    mode: LogInputs,
    /// `,"name":` for each field, one behind the other, and where they end.
    names: Vec<u8>,
    ends: Vec<usize>,
    /// Room for one text.
    text: Vec<u8>,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(scorer: &'a Scorer, mode: LogInputs) -> Self {
        let (mut names, mut ends) = (Vec::new(), Vec::new());
        if mode == LogInputs::Full {
            for field in scorer.schema().fields() {
                name(&field.name, &mut names);
                ends.push(names.len());
            }
        }
        Inputs { scorer, mode, names, ends, text: Vec::new() }
    }

    /// The inputs of a lead.
    pub(super) fn of(&mut self, lead: &Lead) -> String {
        self.text.clear();
        match self.mode {
            LogInputs::None => {}
            LogInputs::Features => features(lead, &self.scorer.models()[self.scorer.choose(lead)], &mut self.text),
            LogInputs::Full => self.fields(lead),
        }
        // Every member was written with a comma before it.
        match self.text.first_mut() {
            Some(first) => *first = b'{',
            None => self.text.push(b'{'),
        }
        self.text.push(b'}');
        // Of texts and numbers alone, which are UTF-8.
        utf8(&self.text).map(str::to_owned).unwrap_or_default()
    }

    fn fields(&mut self, lead: &Lead) {
        let schema: &Schema = self.scorer.schema();
        let mut start = 0;
        for ((field, value), end) in schema.fields().iter().zip(lead.values()).zip(&self.ends) {
            let name = start..*end;
            start = *end;
            if value == Value::Missing {
                continue;
            }
            self.text.extend_from_slice(&self.names[name]);
            match value {
                Value::Missing => {}
                Value::Number(whole) if matches!(field.kind, FieldKind::Integer { .. }) => {
                    write(&(whole as i64), &mut self.text)
                }
                Value::Number(number) => write_number(number, &mut self.text),
                Value::Text(text) => write_text(text, &mut self.text),
            }
        }
    }
}

/// Inputs of texts are left out: they are the lead's own.
fn features(lead: &Lead, model: &Model, out: &mut Vec<u8>) {
    let encoder = model.encoder();
    let mut encoding = encoder.new_batch();
    encoder.encode_into(lead, &mut encoding);
    for (input, block) in encoder.specification().inputs.iter().zip(encoding.blocks()) {
        let numbers: Box<dyn Iterator<Item = f64>> = match &block.values {
            InputValues::Float(values) => Box::new(values.iter().map(|value| f64::from(*value))),
            InputValues::Double(values) => Box::new(values.iter().copied()),
            InputValues::Integer(values) => Box::new(values.iter().map(|value| *value as f64)),
            InputValues::Text(_) => continue,
        };
        for (feature, number) in input.features.iter().zip(numbers) {
            name(&feature.name, out);
            write_number(number, out);
        }
    }
}

fn name(name: &str, out: &mut Vec<u8>) {
    out.push(b',');
    write_text(name, out);
    out.push(b':');
}

/// Infinite numbers, which JSON cannot hold, are written as texts, which a field of numbers reads back as the same.
fn write_number(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() { write(&number, out) } else { write(&number.to_string(), out) }
}

/// Most texts need no escape, which is seen many bytes at a time.
fn write_text(text: &str, out: &mut Vec<u8>) {
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if text.bytes().fold(false, |found, byte| found | is_special(byte)) {
        return write(text, out);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Texts and numbers can always be written into memory.
fn write<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}
