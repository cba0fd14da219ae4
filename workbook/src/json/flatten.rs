//! Flattens the fields of a lead to columns.

use super::value::{Kind, elements, fields, kind, text};
use crate::Error;
use serde_json::value::RawValue;

/// Limit of nested objects and arrays.
const DEPTH_MAX: usize = 32;

/// Receiver of a field: its path, its text, and true for one of several values of an array.
type Receive<'r> = dyn FnMut(&str, &str, bool) -> Result<(), Error> + 'r;

/// Flattens leads one after the other.
#[derive(Default)]
pub(super) struct Flattener {
    path: String,
}

impl Flattener {
    /// Passes all fields of a lead on. Elements of an array share one path.
    pub(super) fn flatten(&mut self, lead: &RawValue, receive: &mut Receive<'_>) -> Result<(), Error> {
        self.path.clear();
        self.object(lead, 0, false, receive)
    }

    fn object(
        &mut self,
        object: &RawValue,
        depth: usize,
        is_element: bool,
        receive: &mut Receive<'_>,
    ) -> Result<(), Error> {
        if depth > DEPTH_MAX {
            return Err(Error::TooDeep);
        }
        let length = self.path.len();
        for (name, value) in fields(object)? {
            // A list of named things, such as skills, reads as the list of their names.
            let is_name = self.path.ends_with("[]")
                && is_element
                && name == "name"
                && !matches!(kind(value), Kind::Object | Kind::Array);
            if is_name {
                self.path.truncate(length - "[]".len());
            } else {
                self.path.push_str(if length == 0 { "" } else { "." });
                self.path.push_str(&name);
            }
            self.value(value, depth, is_element, receive)?;
            self.path.truncate(length);
            if is_name {
                self.path.push_str("[]");
            }
        }
        Ok(())
    }

    fn value(
        &mut self,
        value: &RawValue,
        depth: usize,
        is_element: bool,
        receive: &mut Receive<'_>,
    ) -> Result<(), Error> {
        match kind(value) {
            Kind::Object => self.object(value, depth + 1, is_element, receive),
            Kind::Array => self.array(value, depth + 1, receive),
            _ => receive(&self.path, &text(value), is_element),
        }
    }

    fn array(&mut self, array: &RawValue, depth: usize, receive: &mut Receive<'_>) -> Result<(), Error> {
        if depth > DEPTH_MAX {
            return Err(Error::TooDeep);
        }
        let length = self.path.len();
        for element in elements(array)? {
            let is_object = kind(element) == Kind::Object;
            self.path.push_str(if is_object { "[]" } else { "" });
            self.value(element, depth, true, receive)?;
            self.path.truncate(length);
        }
        Ok(())
    }
}
