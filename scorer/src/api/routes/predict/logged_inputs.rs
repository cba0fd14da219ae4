//! Serialises the logged inputs of a lead: a JSON object of its fields, of its model's features, or an empty one.
//!
//! Written directly from the values, because a batch has hundreds of thousands of them.

use crate::api::config::LogInputs;
use crate::lead::encode::InputValues;
use crate::lead::level::LevelMatching;
use crate::lead::schema::{FieldKind, Schema};
use crate::lead::text::utf8;
use crate::lead::{Lead, Value};
use crate::pipeline::{Model, Scorer};

/// Serialises the inputs of many leads.
pub(super) struct InputSerializer<'a> {
    scorer: &'a Scorer,
    mode: LogInputs,
    /// `,"name":` of all fields, concatenated.
    names: Vec<u8>,
    /// End of each name in `names`.
    name_ends: Vec<usize>,
    /// Buffer for one text.
    text: Vec<u8>,
}

impl<'a> InputSerializer<'a> {
    pub(super) fn new(scorer: &'a Scorer, mode: LogInputs) -> Self {
        let (mut names, mut name_ends) = (Vec::new(), Vec::new());
        if mode == LogInputs::Full {
            for field in scorer.schema().fields() {
                write_name(&field.name, &mut names);
                name_ends.push(names.len());
            }
        }
        InputSerializer { scorer, mode, names, name_ends, text: Vec::new() }
    }

    /// Returns the inputs of a lead as JSON.
    pub(super) fn serialize(&mut self, lead: &Lead) -> String {
        self.text.clear();
        match self.mode {
            LogInputs::None => {}
            LogInputs::Features => {
                write_features(lead, &self.scorer.models()[self.scorer.choose(lead)], &mut self.text)
            }
            LogInputs::Full => self.write_fields(lead),
        }
        // Every member starts with a comma; the first becomes the brace.
        match self.text.first_mut() {
            Some(first) => *first = b'{',
            None => self.text.push(b'{'),
        }
        self.text.push(b'}');
        // Valid UTF-8: it consists of texts and numbers.
        utf8(&self.text).map(str::to_owned).unwrap_or_default()
    }

    fn write_fields(&mut self, lead: &Lead) {
        let schema: &Schema = self.scorer.schema();
        let mut start = 0;
        for ((field, value), end) in schema.fields().iter().zip(lead.values()).zip(&self.name_ends) {
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

/// Writes the numbers of the model's inputs; text inputs are left out, since they are the lead's own fields.
fn write_features(lead: &Lead, model: &Model, out: &mut Vec<u8>) {
    let encoder = model.encoder();
    let mut encoding = encoder.new_batch();
    encoder.encode_into(lead, LevelMatching::Exact, &mut encoding);
    for (input, block) in encoder.specification().inputs.iter().zip(encoding.blocks()) {
        let numbers: Box<dyn Iterator<Item = f64>> = match &block.values {
            InputValues::Float(values) => Box::new(values.iter().map(|value| f64::from(*value))),
            InputValues::Double(values) => Box::new(values.iter().copied()),
            InputValues::Integer(values) => Box::new(values.iter().map(|value| *value as f64)),
            InputValues::Text(_) => continue,
        };
        for (feature, number) in input.features.iter().zip(numbers) {
            write_name(&feature.name, out);
            write_number(number, out);
        }
    }
}

fn write_name(name: &str, out: &mut Vec<u8>) {
    out.push(b',');
    write_text(name, out);
    out.push(b':');
}

/// Writes a number; an infinite one, which JSON cannot hold, as a text that a number field parses back.
fn write_number(number: f64, out: &mut Vec<u8>) {
    if number.is_finite() { write(&number, out) } else { write(&number.to_string(), out) }
}

/// Writes a text; fast if it needs no escape, which is checked many bytes at a time.
fn write_text(text: &str, out: &mut Vec<u8>) {
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if text.bytes().fold(false, |found, byte| found | is_special(byte)) {
        return write(text, out);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Writes a text or number, which cannot fail in memory.
fn write<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}
