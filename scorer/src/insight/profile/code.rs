//! A profile as bytes, for a database.
//!
//! Owns the form, version 1: a mark, then whole numbers in 7-bit groups (LEB128), texts behind their length, keys as
//! what they are above the one before, without the bits that were given up. The same profile has the same bytes. May
//! not trust bytes: what is broken is an error, and no length is believed before the bytes are there.

use super::tally::{BITS, Tally};
use super::{Column, ColumnLayout, Group, Kind, Layout, Part, Profile, ProfileError};
use std::sync::Arc;

/// Stands before every profile; the last byte is the version.
const MARK: [u8; 4] = *b"LLP\x01";

/// The highest capacity that a layout may have.
const CAPACITY_MAX: u64 = 1 << 20;

type Result<T> = std::result::Result<T, ProfileError>;

impl Profile {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MARK.to_vec();
        put(&mut out, self.layout.capacity() as u64);
        put(&mut out, self.rows);
        put(&mut out, self.columns.len() as u64);
        for (layout, column) in self.columns() {
            put_layout(&mut out, layout);
            put_column(&mut out, column);
        }
        out
    }

    /// The profile of these bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut rest = Bytes(bytes);
        let (mark, version) = (rest.take(3)?, rest.byte()?);
        if mark != &MARK[..3] {
            return Err(ProfileError::Broken("it does not begin as a profile does"));
        }
        if version != MARK[3] {
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
        Ok(Profile { layout: Arc::new(Layout::new(layouts, capacity as usize)), rows, columns })
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
    let kind = [layout.kind == Kind::Category, layout.single];
    out.push(layout.group as u8);
    out.push(layout.part as u8);
    out.extend(kind.map(u8::from));
    put_text(out, &layout.name);
    put(out, layout.levels.len() as u64);
    layout.levels.iter().for_each(|level| put_text(out, level));
}

fn put_column(out: &mut Vec<u8>, column: &Column) {
    for number in [column.missing, column.infinite, column.pooled].iter().chain(&column.levels) {
        put(out, *number);
    }
    out.push(column.tally.bits() as u8);
    put(out, column.tally.len() as u64);
    let mut last = 0;
    for (key, count) in column.tally.sorted() {
        let key = key >> (BITS - column.tally.bits());
        put(out, key - last);
        put(out, count);
        last = key;
    }
}

fn get_layout(rest: &mut Bytes<'_>) -> Result<ColumnLayout> {
    let group = match rest.byte()? {
        0 => Group::Field,
        1 => Group::Feature,
        2 => Group::Score,
        _ => return Err(ProfileError::Broken("a column has an unknown group")),
    };
    let part = match rest.byte()? {
        0 => Part::Value,
        1 => Part::Length,
        2 => Part::Items,
        _ => return Err(ProfileError::Broken("a column has an unknown part")),
    };
    let kind = if rest.flag()? { Kind::Category } else { Kind::Number };
    let single = rest.flag()?;
    let name = rest.text()?.to_owned();
    let count = rest.count()?;
    let levels: Vec<String> = (0..count).map(|_| rest.text().map(str::to_owned)).collect::<Result<_>>()?;
    let layout = ColumnLayout { group, name, part, kind, single, levels };
    super::section::check_levels(&layout)?;
    Ok(layout)
}

fn get_column(rest: &mut Bytes<'_>, layout: &ColumnLayout, capacity: u64) -> Result<Column> {
    let wrong = |reason| ProfileError::Column { column: layout.name.clone(), reason };
    let (missing, infinite, pooled) = (rest.number()?, rest.number()?, rest.number()?);
    let levels = layout.levels.iter().map(|_| rest.number()).collect::<Result<_>>()?;
    let bits = u32::from(rest.byte()?);
    if !(1..=BITS).contains(&bits) {
        return Err(wrong("it keeps an impossible number of bits"));
    }
    let count = rest.count()?;
    if count as u64 > capacity {
        return Err(wrong("it tells more values apart than it may"));
    }
    let mut last = 0_u64;
    let mut counts = Vec::new();
    for place in 0..count {
        let step = rest.number()?;
        let key = last.checked_add(step).filter(|key| key.leading_zeros() + bits >= BITS);
        let key = key.filter(|_| place == 0 || step > 0).ok_or_else(|| wrong("its values do not rise"))?;
        let value = key << (BITS - bits);
        if layout.kind == Kind::Number && !f64::from_bits(value).is_finite() {
            return Err(wrong("it has a value that is no number"));
        }
        counts.push((value, rest.number()?));
        last = key;
    }
    Ok(Column { missing, infinite, levels, pooled, tally: Tally::of(bits, counts) })
}

/// Bytes that are still to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
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

    /// A number of things, each of which takes at least a byte.
    fn count(&mut self) -> Result<usize> {
        let count = usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len());
        count.ok_or(ProfileError::Broken("it ends too early"))
    }

    fn text(&mut self) -> Result<&'a str> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| ProfileError::Broken("it has a text that is not UTF-8"))
    }
}
