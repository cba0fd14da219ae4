//! Lists of keys and values of any type that a table from one to the other may have.
//!
//! May not know which operator looks things up.

use super::super::operation::made;
use super::super::score::slice;
use std::collections::HashMap;
use tract_onnx::prelude::*;

/// A list of one type.
#[derive(Debug, Clone)]
pub(super) enum List {
    Texts(Vec<String>),
    Ints(Vec<i64>),
    Shorts(Vec<i16>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
}

impl List {
    pub(super) fn len(&self) -> usize {
        match self {
            List::Texts(list) => list.len(),
            List::Ints(list) => list.len(),
            List::Shorts(list) => list.len(),
            List::Floats(list) => list.len(),
            List::Doubles(list) => list.len(),
        }
    }

    pub(super) fn kind(&self) -> DatumType {
        match self {
            List::Texts(_) => DatumType::String,
            List::Ints(_) => DatumType::I64,
            List::Shorts(_) => DatumType::I16,
            List::Floats(_) => DatumType::F32,
            List::Doubles(_) => DatumType::F64,
        }
    }

    /// The elements at some places, as a tensor of that shape.
    pub(super) fn taken(&self, places: &[usize], shape: &[usize]) -> TractResult<Tensor> {
        match self {
            List::Texts(list) => made(shape, places.iter().map(|place| list[*place].clone()).collect()),
            List::Ints(list) => made(shape, places.iter().map(|place| list[*place]).collect()),
            List::Shorts(list) => made(shape, places.iter().map(|place| list[*place]).collect()),
            List::Floats(list) => made(shape, places.iter().map(|place| list[*place]).collect()),
            List::Doubles(list) => made(shape, places.iter().map(|place| list[*place]).collect()),
        }
    }
}

/// Which place belongs to each key. NaN is a key like others; 0 and -0 are the same.
#[derive(Debug, Clone)]
pub(super) enum Keys {
    Texts(HashMap<String, usize>),
    Ints(HashMap<i64, usize>),
    Floats(HashMap<u32, usize>),
    Doubles(HashMap<u64, usize>),
}

impl Keys {
    /// Of a list; where a key stands twice, the first counts, or the last. `None` for keys of a type that no table has.
    pub(super) fn of(list: &List, first_counts: bool) -> Option<Self> {
        Some(match list {
            List::Texts(keys) => Keys::Texts(placed(keys.iter().cloned(), first_counts)),
            List::Ints(keys) => Keys::Ints(placed(keys.iter().copied(), first_counts)),
            List::Floats(keys) => Keys::Floats(placed(keys.iter().copied().map(single_bits), first_counts)),
            List::Doubles(keys) => Keys::Doubles(placed(keys.iter().copied().map(double_bits), first_counts)),
            List::Shorts(_) => return None,
        })
    }

    pub(super) fn kind(&self) -> DatumType {
        match self {
            Keys::Texts(_) => DatumType::String,
            Keys::Ints(_) => DatumType::I64,
            Keys::Floats(_) => DatumType::F32,
            Keys::Doubles(_) => DatumType::F64,
        }
    }

    /// The places of the elements of a tensor of the keys' type.
    pub(super) fn places(&self, tensor: &Tensor) -> TractResult<Vec<Option<usize>>> {
        Ok(match self {
            Keys::Texts(keys) => slice::<String>(tensor)?.iter().map(|key| keys.get(key).copied()).collect(),
            Keys::Ints(keys) => slice::<i64>(tensor)?.iter().map(|key| keys.get(key).copied()).collect(),
            Keys::Floats(keys) => {
                slice::<f32>(tensor)?.iter().map(|key| keys.get(&single_bits(*key)).copied()).collect()
            }
            Keys::Doubles(keys) => {
                slice::<f64>(tensor)?.iter().map(|key| keys.get(&double_bits(*key)).copied()).collect()
            }
        })
    }
}

fn placed<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>, first_counts: bool) -> HashMap<K, usize> {
    let mut placed = HashMap::new();
    for (place, key) in keys.enumerate() {
        let found = placed.entry(key).or_insert(place);
        if !first_counts {
            *found = place;
        }
    }
    placed
}

fn single_bits(value: f32) -> u32 {
    if value.is_nan() { f32::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

fn double_bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}
