//! Helpers for streams of XML events.

use crate::Error;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::BufRead;

/// Creates a reader that passes empty elements on as a start and an end.
pub(crate) fn reader<R: BufRead>(input: R) -> Reader<R> {
    let mut reader = Reader::from_reader(input);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    // Hand-written generators forget to escape `&`.
    config.allow_dangling_amp = true;
    reader
}

/// Returns the value of an attribute, by its local name.
pub(crate) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let mut found = attributes.with_checks(false).flatten();
    let attribute = found.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_or_else(|_| attribute.value.to_string(), |value| value.into_owned()),
    )
}

/// Returns an attribute as a count from 1 on; `default` when it is none.
pub(crate) fn count(element: &BytesStart<'_>, name: &str, default: u32) -> u32 {
    attribute(element, name).and_then(|value| value.trim().parse().ok()).filter(|count| *count > 0).unwrap_or(default)
}

/// Appends the text of an event. Entities other than those of XML are kept as they are written: nothing is expanded.
pub(crate) fn push_text(event: &Event<'_>, text: &mut String) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(name) => push_reference(name, text),
        _ => {}
    }
}

fn push_reference(name: &BytesRef<'_>, text: &mut String) {
    if let Ok(Some(character)) = name.resolve_char_ref() {
        text.push(character);
    } else if let Some(value) = resolve_predefined_entity(name) {
        text.push_str(value);
    } else {
        text.extend(["&", name, ";"]);
    }
}

/// Skips the rest of the element that was just started.
pub(crate) fn skip<R: BufRead>(reader: &mut Reader<R>, buffer: &mut Vec<u8>) -> Result<(), Error> {
    let mut depth = 1_u64;
    while depth > 0 {
        buffer.clear();
        match reader.read_event_into(buffer).map_err(|_| Error::Damaged)? {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(Error::Damaged),
            _ => {}
        }
    }
    Ok(())
}
