//! Reads `.npz` files (NumPy): a zip archive of `.npy` files.

use super::{Array, npy};
use anyhow::{Context, Result, ensure};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most arrays of a file.
const ARRAYS_MAX: usize = 10_000;

/// Most bytes of all unpacked arrays.
const UNPACKED_MAX: u64 = 1 << 30;

/// Parses the bytes of an `.npz` file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<(String, Array)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    ensure!(archive.len() <= ARRAYS_MAX, "it has {} arrays; at most {ARRAYS_MAX} are read", archive.len());
    let mut arrays = Vec::new();
    let mut left = UNPACKED_MAX;
    for at in 0..archive.len() {
        let entry = archive.by_index(at)?;
        let name = entry.name()?.into_owned();
        let name = name.strip_suffix(".npy").map(str::to_owned).unwrap_or(name);
        let mut unpacked = Vec::new();
        // The size in the archive's directory may be wrong.
        entry.take(left + 1).read_to_end(&mut unpacked)?;
        left = left
            .checked_sub(unpacked.len() as u64)
            .with_context(|| format!("it unpacks to over {UNPACKED_MAX} bytes"))?;
        arrays.push((name.clone(), npy::read(&unpacked).with_context(|| format!("the array {name:?}"))?));
    }
    ensure!(!arrays.is_empty(), "it has no arrays");
    Ok(arrays)
}
