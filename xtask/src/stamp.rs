//! Hashes over the contents of files, so that what was built from the same inputs is not built again.
//! Knows no build: callers name the inputs.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Folders that are made, never read, by a build.
const MADE: [&str; 3] = ["node_modules", "target", "dist"];

/// The hash of files and whole folders under `root`: names and contents, in a fixed order. What is absent is left out.
pub(crate) fn of<P: AsRef<Path>>(root: &Path, inputs: &[P]) -> Result<String> {
    let files = files(root, inputs)?;
    let mut hash = Sha256::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(root).unwrap_or(&file).as_os_str().as_encoded_bytes();
        for part in [name, &bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether any of these inputs was written after a moment: then what was built since may be older than they are.
pub(crate) fn written_since<P: AsRef<Path>>(root: &Path, inputs: &[P], moment: SystemTime) -> Result<bool> {
    let late = |file: &PathBuf| fs::metadata(file).and_then(|data| data.modified()).is_ok_and(|time| time > moment);
    Ok(files(root, inputs)?.iter().any(late))
}

/// Whether the file at `record` holds this hash.
pub(crate) fn matches(record: &Path, hash: &str) -> bool {
    fs::read_to_string(record).is_ok_and(|text| text.trim() == hash)
}

/// Writes the hash down, once what it stands for is complete.
pub(crate) fn write(record: &Path, hash: &str) -> Result<()> {
    fs::write(record, format!("{hash}\n")).with_context(|| format!("cannot write {}", record.display()))
}

fn files<P: AsRef<Path>>(root: &Path, inputs: &[P]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for input in inputs {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() && !path.file_name().is_some_and(|name| MADE.iter().any(|made| name == *made)) {
        for entry in fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder of this test's own.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("leadlight-stamp-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src/node_modules")).unwrap();
        folder
    }

    #[test]
    fn any_change_of_content_or_name_changes_the_hash() {
        let root = folder("change");
        fs::write(root.join("src/a"), "one").unwrap();
        let first = of(&root, &["src"]).unwrap();
        assert_eq!(of(&root, &["src", "src/a"]).unwrap(), first);

        fs::write(root.join("src/a"), "two").unwrap();
        let second = of(&root, &["src"]).unwrap();
        assert_ne!(second, first);

        fs::rename(root.join("src/a"), root.join("src/b")).unwrap();
        assert_ne!(of(&root, &["src"]).unwrap(), second);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn made_folders_and_absent_files_do_not_count() {
        let root = folder("made");
        fs::write(root.join("src/a"), "one").unwrap();
        let before = of(&root, &["src"]).unwrap();
        fs::write(root.join("src/node_modules/b"), "made").unwrap();
        assert_eq!(of(&root, &["src", "absent"]).unwrap(), before);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_later_write_is_noticed() {
        let root = folder("later");
        fs::write(root.join("src/a"), "one").unwrap();
        assert!(written_since(&root, &["src"], SystemTime::UNIX_EPOCH).unwrap());
        let future = SystemTime::now() + std::time::Duration::from_secs(60);
        assert!(!written_since(&root, &["src"], future).unwrap());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_record_matches_only_its_own_hash() {
        let root = folder("record");
        let record = root.join("stamp");
        assert!(!matches(&record, "abc"));
        write(&record, "abc").unwrap();
        assert!(matches(&record, "abc"));
        assert!(!matches(&record, "abd"));
        fs::remove_dir_all(root).unwrap();
    }
}
