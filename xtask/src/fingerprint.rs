//! Fingerprints of files, so that what was built from the same inputs is not built again.

use crate::files;
use anyhow::Result;
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Folders that builds write and never read.
const GENERATED: [&str; 3] = ["node_modules", "target", "dist"];

/// SHA-256 of files and whole folders under `root`: names and contents, sorted by path. Absent inputs are left out.
pub(crate) fn compute<P: AsRef<Path>>(root: &Path, inputs: &[P]) -> Result<String> {
    let mut hash = Sha256::new();
    for file in expand(root, inputs)? {
        let bytes = files::read(&file)?;
        let name = file.strip_prefix(root).unwrap_or(&file).as_os_str().as_encoded_bytes();
        for part in [name, &bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hex(&hash.finalize()))
}

/// SHA-256 of bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// True when one of the inputs was written after `time`: a build started then may have read the older version.
pub(crate) fn modified_since<P: AsRef<Path>>(root: &Path, inputs: &[P], time: SystemTime) -> Result<bool> {
    let is_late = |file: &PathBuf| fs::metadata(file).and_then(|data| data.modified()).is_ok_and(|at| at > time);
    Ok(expand(root, inputs)?.iter().any(is_late))
}

/// True when the file at `record` holds this fingerprint.
pub(crate) fn matches(record: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(record).is_ok_and(|text| text.trim() == fingerprint)
}

/// Records the fingerprint of a complete build.
pub(crate) fn write(record: &Path, fingerprint: &str) -> Result<()> {
    files::write(record, format!("{fingerprint}\n"))
}

fn expand<P: AsRef<Path>>(root: &Path, inputs: &[P]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for input in inputs {
        collect(root.join(input), &mut files)?;
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn collect(path: PathBuf, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path);
    } else if path.is_dir() && !GENERATED.contains(&files::name(&path).as_str()) {
        files::list(&path)?.into_iter().try_for_each(|entry| collect(entry, files))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("src/node_modules")).unwrap();
        fs::write(folder.path().join("src/a"), "one").unwrap();
        folder
    }

    #[test]
    fn content_and_names_change_the_fingerprint() {
        let folder = folder();
        let root = folder.path();
        let first = compute(root, &["src"]).unwrap();
        assert_eq!(compute(root, &["src", "src/a"]).unwrap(), first);

        fs::write(root.join("src/a"), "two").unwrap();
        let second = compute(root, &["src"]).unwrap();
        assert_ne!(second, first);

        fs::rename(root.join("src/a"), root.join("src/b")).unwrap();
        assert_ne!(compute(root, &["src"]).unwrap(), second);
    }

    #[test]
    fn generated_folders_and_absent_files_do_not_count() {
        let folder = folder();
        let root = folder.path();
        let before = compute(root, &["src"]).unwrap();
        fs::write(root.join("src/node_modules/b"), "generated").unwrap();
        assert_eq!(compute(root, &["src", "absent"]).unwrap(), before);
    }

    #[test]
    fn a_later_write_is_detected() {
        let folder = folder();
        assert!(modified_since(folder.path(), &["src"], SystemTime::UNIX_EPOCH).unwrap());
        let future = SystemTime::now() + Duration::from_secs(60);
        assert!(!modified_since(folder.path(), &["src"], future).unwrap());
    }

    #[test]
    fn a_record_matches_only_its_own_fingerprint() {
        let folder = folder();
        let record = folder.path().join("record");
        assert!(!matches(&record, "abc"));
        write(&record, "abc").unwrap();
        assert!(matches(&record, "abc"));
        assert!(!matches(&record, "abd"));
    }

    #[test]
    fn sha256_is_in_small_hexadecimal_digits() {
        assert!(sha256(b"abc").starts_with("ba7816bf8f01cfea"));
    }
}
