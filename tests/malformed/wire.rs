//! Schema-less protobuf mutation: parses messages into fields, mutates them, and serializes them again, so that a mutation
//! deep inside a file still gives a well-formed file.

use crate::random::Random;

/// Field of a message.
#[derive(Clone)]
struct Field {
    number: u64,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    Bytes(Vec<u8>),
    Message(Vec<Field>),
}

/// Largest nesting depth of parsed messages.
const DEPTH_MAX: usize = 8;

/// Edge cases of integers.
const INTEGERS: [u64; 14] =
    [0, 1, 2, 3, 7, 8, 127, 255, 65_536, i32::MAX as u64, u32::MAX as u64, 1 << 40, i64::MAX as u64, u64::MAX];

const FLOATS: [f32; 7] = [0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-40, -1.0];

/// Applies one to four mutations; sometimes also truncates the file or overwrites a byte.
pub(crate) fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut mutated = match parse(bytes, DEPTH_MAX) {
        Some(mut fields) => {
            for _ in 0..=random.below(4) {
                mutate_fields(&mut fields, random);
            }
            serialize(&fields)
        }
        None => bytes.to_vec(),
    };
    if !mutated.is_empty() && random.below(10) == 0 {
        let at = random.below(mutated.len());
        mutated[at] = random.next() as u8;
    }
    if random.below(50) == 0 {
        mutated.truncate(random.below(mutated.len() + 1));
    }
    mutated
}

fn mutate_fields(fields: &mut Vec<Field>, random: &mut Random) {
    if fields.is_empty() {
        return;
    }
    let at = random.below(fields.len());
    // Mostly descends: the numbers and lists of nodes are deep inside.
    if random.below(8) > 0
        && let Value::Message(inner) = &mut fields[at].value
        && !inner.is_empty()
    {
        return mutate_fields(inner, random);
    }
    let other = random.below(fields.len());
    match random.below(10) {
        0 => drop(fields.remove(at)),
        1 => fields.insert(other, fields[at].clone()),
        2 => fields.swap(at, other),
        3 => fields[at].value = fields[other].value.clone(),
        _ => mutate_value(&mut fields[at].value, random),
    }
}

fn mutate_value(value: &mut Value, random: &mut Random) {
    match value {
        Value::Varint(number) => {
            *number = match random.below(3) {
                0 => number.wrapping_add(1),
                1 => number.wrapping_sub(1),
                _ => INTEGERS[random.below(INTEGERS.len())],
            }
        }
        Value::Fixed64(bytes) => *bytes = random.next().to_le_bytes(),
        Value::Fixed32(bytes) => *bytes = FLOATS[random.below(FLOATS.len())].to_le_bytes(),
        Value::Bytes(bytes) if bytes.is_empty() => bytes.push(random.next() as u8),
        Value::Bytes(bytes) => mutate_bytes(bytes, random),
        Value::Message(fields) => fields.truncate(random.below(fields.len() + 1)),
    }
}

fn mutate_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len());
    match random.below(4) {
        0 => bytes.truncate(at),
        1 => bytes.extend_from_within(at..),
        2 => bytes[at] = random.next() as u8,
        _ => {
            // Packed floats are aligned to four bytes.
            let float = FLOATS[random.below(FLOATS.len())].to_le_bytes();
            let at = at / 4 * 4;
            let end = bytes.len().min(at + 4);
            bytes[at..end].copy_from_slice(&float[..end - at]);
        }
    }
}

fn parse(mut bytes: &[u8], depth: usize) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let number = key >> 3;
        if number == 0 {
            return None;
        }
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut bytes)?),
            1 => Value::Fixed64(take(&mut bytes, 8)?.try_into().ok()?),
            5 => Value::Fixed32(take(&mut bytes, 4)?.try_into().ok()?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let inner = take(&mut bytes, length)?;
                let message = if depth > 0 && length > 1 { parse(inner, depth - 1) } else { None };
                message.map_or_else(|| Value::Bytes(inner.to_vec()), Value::Message)
            }
            _ => return None,
        };
        fields.push(Field { number, value });
    }
    Some(fields)
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

fn serialize(fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        let mut put = |kind: u64, length: Option<usize>, data: &[u8]| {
            write_varint(&mut bytes, field.number << 3 | kind);
            if let Some(length) = length {
                write_varint(&mut bytes, length as u64);
            }
            bytes.extend(data);
        };
        match &field.value {
            Value::Varint(number) => {
                put(0, None, &[]);
                write_varint(&mut bytes, *number);
            }
            Value::Fixed64(data) => put(1, None, data),
            Value::Fixed32(data) => put(5, None, data),
            Value::Bytes(data) => put(2, Some(data.len()), data),
            Value::Message(fields) => {
                let data = serialize(fields);
                put(2, Some(data.len()), &data);
            }
        }
    }
    bytes
}

fn write_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}
