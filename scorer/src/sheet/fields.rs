//! A lead of a scored list once more as the models read it.
//!
//! Owns nothing: the row is read again, the way it was. May not know scores.

use super::{Sheet, write_cell};
use crate::lead::csv::{Dialect, Reader, Row};
use crate::lead::{Lead, Value};

impl Sheet {
    /// Name and text of each field that a lead has a value of, in the schema's order.
    pub fn fields(&self, lead: usize) -> Vec<(String, String)> {
        let Some(read) = self.read_again(lead) else { return Vec::new() };
        let fields = self.scorer().schema().fields().iter().zip(read.values());
        let text = |value| match value {
            Value::Missing => None,
            Value::Number(number) => Some(number.to_string()),
            Value::Text(text) => Some(text.to_owned()),
        };
        fields.filter_map(|(field, value)| Some((field.name.clone(), text(value)?))).collect()
    }

    fn read_again(&self, lead: usize) -> Option<Lead> {
        let columns = self.columns();
        let mut bytes = Vec::new();
        write_record(columns.iter().map(String::as_str), &mut bytes);
        write_record((0..columns.len()).map(|column| self.cell(lead, column)), &mut bytes);
        let reader = Reader::new(self.scorer().schema().clone(), Dialect::default());
        let mapping = &self.intake().mapping;
        let mut reader = if mapping.columns.is_empty() { reader } else { reader.mapped(mapping.clone(), 1) };
        let mut read = None;
        let mut keep = |row: Row<'_>| read = row.lead.ok().cloned();
        // A row that was read before is read again: nothing is said but what was said then.
        reader.push(&bytes, &mut keep).and_then(|()| reader.finish(&mut keep)).ok()?;
        read
    }
}

fn write_record<'a>(cells: impl Iterator<Item = &'a str>, line: &mut Vec<u8>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            line.push(b',');
        }
        write_cell(cell, b',', line);
    }
    line.push(b'\n');
}
