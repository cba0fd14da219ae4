//! Binary encoding of a profile, for databases.
//!
//! Version 1: a magic number, then unsigned LEB128 integers, length-prefixed texts, and keys as differences to the
//! previous key, without the bits that were dropped. Equal profiles have equal bytes. Decoding trusts nothing: malformed
//! bytes are an error, and no length is used before that many bytes are there.

use super::quantized_counts::{BITS, QuantizedCounts};
use super::{ColumnGroup, ColumnKind, ColumnLayout, ColumnProfile, Profile, ProfileError, ProfileLayout, Quantity};
use std::sync::Arc;

/// Magic number; the last byte is the version.
const MAGIC: [u8; 4] = *b"LLP\x01";

/// Maximum capacity of a layout.
const CAPACITY_MAX: u64 = 1 << 20;

type Result<T> = std::result::Result<T, ProfileError>;

impl Profile {
    /// Encodes the profile.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put(&mut out, self.layout.capacity() as u64);
        put(&mut out, self.rows);
        put(&mut out, self.columns.len() as u64);
        for (layout, column) in self.columns() {
            put_layout(&mut out, layout);
            put_column(&mut out, column);
        }
        out
    }

    /// Decodes a profile.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut rest = Reader(bytes);
        let (magic, version) = (rest.take(3)?, rest.byte()?);
        if magic != &MAGIC[..3] {
            return Err(ProfileError::Broken("it does not begin as a profile does"));
        }
        if version != MAGIC[3] {
            return Err(ProfileError::Format(u64::from(version)));
        }
        let capacity = rest.number()?;
        if !(2..=CAPACITY_MAX).contains(&capacity) {
            return Err(ProfileError::Broken("it has an impossible capacity"));
        }
        let rows = rest.number()?;
        let count = rest.count()?;
        let (mut layouts, mut columns) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let layout = get_layout(&mut rest)?;
            columns.push(get_column(&mut rest, &layout, capacity)?);
            layouts.push(layout);
        }
        if !rest.0.is_empty() {
            return Err(ProfileError::Broken("it goes on behind its end"));
        }
        Ok(Profile { layout: Arc::new(ProfileLayout::new(layouts, capacity as usize)), rows, columns })
    }
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn put_layout(out: &mut Vec<u8>, layout: &ColumnLayout) {
    let kind = [layout.kind == ColumnKind::Category, layout.is_f32];
    out.push(layout.group as u8);
    out.push(layout.quantity as u8);
    out.extend(kind.map(u8::from));
    put_text(out, &layout.name);
    put(out, layout.levels.len() as u64);
    layout.levels.iter().for_each(|level| put_text(out, level));
}

fn put_column(out: &mut Vec<u8>, column: &ColumnProfile) {
    for number in [column.missing, column.infinite, column.pooled].iter().chain(&column.levels) {
        put(out, *number);
    }
    out.push(column.values.bits() as u8);
    put(out, column.values.len() as u64);
    let mut previous = 0;
    for (key, count) in column.values.sorted() {
        let key = key >> (BITS - column.values.bits());
        put(out, key - previous);
        put(out, count);
        previous = key;
    }
}

fn get_layout(rest: &mut Reader<'_>) -> Result<ColumnLayout> {
    let group = match rest.byte()? {
        0 => ColumnGroup::Field,
        1 => ColumnGroup::Feature,
        2 => ColumnGroup::Score,
        _ => return Err(ProfileError::Broken("a column has an unknown group")),
    };
    let quantity = match rest.byte()? {
        0 => Quantity::Value,
        1 => Quantity::Length,
        2 => Quantity::Items,
        _ => return Err(ProfileError::Broken("a column has an unknown part")),
    };
    let kind = if rest.flag()? { ColumnKind::Category } else { ColumnKind::Number };
    let is_f32 = rest.flag()?;
    let name = rest.text()?.to_owned();
    let count = rest.count()?;
    let levels: Vec<String> = (0..count).map(|_| rest.text().map(str::to_owned)).collect::<Result<_>>()?;
    let layout = ColumnLayout { group, name, quantity, kind, is_f32, levels };
    super::section::check_levels(&layout)?;
    Ok(layout)
}

fn get_column(rest: &mut Reader<'_>, layout: &ColumnLayout, capacity: u64) -> Result<ColumnProfile> {
    let malformed = |reason| ProfileError::Column { column: layout.name.clone(), reason };
    let (missing, infinite, pooled) = (rest.number()?, rest.number()?, rest.number()?);
    let levels = layout.levels.iter().map(|_| rest.number()).collect::<Result<_>>()?;
    let bits = u32::from(rest.byte()?);
    if !(1..=BITS).contains(&bits) {
        return Err(malformed("it keeps an impossible number of bits"));
    }
    let count = rest.count()?;
    if count as u64 > capacity {
        return Err(malformed("it tells more values apart than it may"));
    }
    let mut previous = 0_u64;
    let mut counts = Vec::new();
    for index in 0..count {
        let step = rest.number()?;
        let key = previous.checked_add(step).filter(|key| key.leading_zeros() + bits >= BITS);
        let key = key.filter(|_| index == 0 || step > 0).ok_or_else(|| malformed("its values do not rise"))?;
        let value = key << (BITS - bits);
        if layout.kind == ColumnKind::Number && !f64::from_bits(value).is_finite() {
            return Err(malformed("it has a value that is no number"));
        }
        counts.push((value, rest.number()?));
        previous = key;
    }
    Ok(ColumnProfile { missing, infinite, levels, pooled, values: QuantizedCounts::new(bits, counts) })
}

/// Reader of the remaining bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ProfileError::Broken("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1).map(|bytes| bytes.first().copied().unwrap_or_default())
    }

    fn flag(&mut self) -> Result<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ProfileError::Broken("it says neither yes nor no")),
        }
    }

    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                break;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(ProfileError::Broken("it has a number of more than 64 bits"))
    }

    /// Reads a count of elements that take at least one byte each.
    fn count(&mut self) -> Result<usize> {
        let count = usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len());
        count.ok_or(ProfileError::Broken("it ends too early"))
    }

    fn text(&mut self) -> Result<&'a str> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| ProfileError::Broken("it has a text that is not UTF-8"))
    }
}
