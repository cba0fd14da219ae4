//! Typed lists and hash indices for lookup tables.

use super::super::estimator::elements;
use super::super::operator::tensor_from;
use std::collections::HashMap;
use tract_onnx::prelude::*;

/// List of one element type.
#[derive(Debug, Clone)]
pub(super) enum TypedList {
    Strings(Vec<String>),
    Int64s(Vec<i64>),
    Int16s(Vec<i16>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
}

impl TypedList {
    pub(super) fn len(&self) -> usize {
        match self {
            TypedList::Strings(list) => list.len(),
            TypedList::Int64s(list) => list.len(),
            TypedList::Int16s(list) => list.len(),
            TypedList::Floats(list) => list.len(),
            TypedList::Doubles(list) => list.len(),
        }
    }

    pub(super) fn datum_type(&self) -> DatumType {
        match self {
            TypedList::Strings(_) => DatumType::String,
            TypedList::Int64s(_) => DatumType::I64,
            TypedList::Int16s(_) => DatumType::I16,
            TypedList::Floats(_) => DatumType::F32,
            TypedList::Doubles(_) => DatumType::F64,
        }
    }

    /// Tensor of the elements at the given indices.
    pub(super) fn gather(&self, indices: &[usize], shape: &[usize]) -> TractResult<Tensor> {
        match self {
            TypedList::Strings(list) => tensor_from(shape, indices.iter().map(|index| list[*index].clone()).collect()),
            TypedList::Int64s(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
            TypedList::Int16s(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
            TypedList::Floats(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
            TypedList::Doubles(list) => tensor_from(shape, indices.iter().map(|index| list[*index]).collect()),
        }
    }
}

/// Index of each key. NaN is equal to NaN, and 0 to -0.
#[derive(Debug, Clone)]
pub(super) enum KeyIndex {
    Strings(HashMap<String, usize>),
    Int64s(HashMap<i64, usize>),
    Floats(HashMap<u32, usize>),
    Doubles(HashMap<u64, usize>),
}

impl KeyIndex {
    /// Indexes a list; of duplicate keys the first counts, or the last. `None` for unsupported key types.
    pub(super) fn new(list: &TypedList, first_wins: bool) -> Option<Self> {
        Some(match list {
            TypedList::Strings(keys) => KeyIndex::Strings(index_keys(keys.iter().cloned(), first_wins)),
            TypedList::Int64s(keys) => KeyIndex::Int64s(index_keys(keys.iter().copied(), first_wins)),
            TypedList::Floats(keys) => KeyIndex::Floats(index_keys(keys.iter().copied().map(f32_bits), first_wins)),
            TypedList::Doubles(keys) => KeyIndex::Doubles(index_keys(keys.iter().copied().map(f64_bits), first_wins)),
            TypedList::Int16s(_) => return None,
        })
    }

    pub(super) fn datum_type(&self) -> DatumType {
        match self {
            KeyIndex::Strings(_) => DatumType::String,
            KeyIndex::Int64s(_) => DatumType::I64,
            KeyIndex::Floats(_) => DatumType::F32,
            KeyIndex::Doubles(_) => DatumType::F64,
        }
    }

    /// Index of each element of a tensor of the keys' type; `None` for unknown keys.
    pub(super) fn find(&self, tensor: &Tensor) -> TractResult<Vec<Option<usize>>> {
        Ok(match self {
            KeyIndex::Strings(keys) => elements::<String>(tensor)?.iter().map(|key| keys.get(key).copied()).collect(),
            KeyIndex::Int64s(keys) => elements::<i64>(tensor)?.iter().map(|key| keys.get(key).copied()).collect(),
            KeyIndex::Floats(keys) => {
                elements::<f32>(tensor)?.iter().map(|key| keys.get(&f32_bits(*key)).copied()).collect()
            }
            KeyIndex::Doubles(keys) => {
                elements::<f64>(tensor)?.iter().map(|key| keys.get(&f64_bits(*key)).copied()).collect()
            }
        })
    }
}

fn index_keys<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>, first_wins: bool) -> HashMap<K, usize> {
    let mut indices = HashMap::new();
    for (index, key) in keys.enumerate() {
        let slot = indices.entry(key).or_insert(index);
        if !first_wins {
            *slot = index;
        }
    }
    indices
}

fn f32_bits(value: f32) -> u32 {
    if value.is_nan() { f32::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

fn f64_bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}
