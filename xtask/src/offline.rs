//! Sealing the built page for use without a network: names by content for the worker's code, and `sw.js` with the list
//! of all files. Knows files and their hashes; what is done with the list is written in `web/sw.js`.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fs, path::Path};

/// The service worker: its source beside the page's and, in the site, its name.
pub(crate) const WORKER: &str = "sw.js";

const PAGE: &str = "index.html";

/// What trunk gives no hash, and what takes its place around one.
const UNHASHED: [(&str, &str, &str); 4] = [
    ("worker.js", "worker-", ".js"),
    ("worker_bg.wasm", "worker-", "_bg.wasm"),
    ("unpacker.js", "unpacker-", ".js"),
    ("unpacker_bg.wasm", "unpacker-", "_bg.wasm"),
];

/// Sources of the style sheets that trunk has named by their content beside: nothing asks for these.
const UNASKED: &str = "static/style/";

/// Digits of a hash in a name.
const DIGITS: usize = 16;

/// Files by their paths in the site, with the SHA-256 of each.
type Files = BTreeMap<String, String>;

/// Completes a page that trunk has just built in `dist`. What is added to the folder later is not kept for offline use.
pub(crate) fn seal(source: &Path, dist: &Path) -> Result<()> {
    name_by_content(dist)?;
    let mut files = Files::new();
    list(dist, "", &mut files)?;
    let code = read(source)?;
    let code = String::from_utf8(code).with_context(|| format!("{} is no text", source.display()))?;
    write(&dist.join(WORKER), format!("{}\n{code}", build(&files)))
}

/// Renames the workers' code and says so in the page.
fn name_by_content(dist: &Path) -> Result<()> {
    let page = dist.join(PAGE);
    let mut text = String::from_utf8(read(&page)?).context("the page is no text")?;
    for (name, before, behind) in UNHASHED {
        let mut hash = sha256(&read(&dist.join(name))?);
        hash.truncate(DIGITS);
        let hashed = format!("{before}{hash}{behind}");
        let (old, new) = (format!("content=\"{name}\""), format!("content=\"{hashed}\""));
        ensure!(text.matches(&old).count() == 1, "{PAGE} must say {old} once");
        text = text.replace(&old, &new);
        fs::rename(dist.join(name), dist.join(&hashed)).with_context(|| format!("cannot rename {name}"))?;
    }
    write(&page, text)
}

/// The line that tells the service worker what it keeps. The build's name is the hash of all the rest.
fn build(files: &Files) -> String {
    let mut name = sha256(serde_json::json!(files).to_string().as_bytes());
    name.truncate(DIGITS);
    format!("const BUILD = {};", serde_json::json!({ "name": name, "files": files }))
}

fn list(folder: &Path, at: &str, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let path = format!("{at}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{path}/"), files)?;
        } else if path != WORKER && !path.starts_with(UNASKED) {
            // In an address any other letter would look different from what it is in the list.
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
            ensure!(path.chars().all(is_plain), "{path:?} is no name for a file of the page: letters, digits, . _ -");
            let hash = sha256(&read(&entry.path())?);
            files.insert(path, hash);
        }
    }
    Ok(())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, text: String) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A page as trunk leaves it, and beside it the source of the service worker.
    fn folder(name: &str) -> (PathBuf, PathBuf) {
        let folder = std::env::temp_dir().join(format!("leadlight-offline-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let dist = folder.join("dist");
        fs::create_dir_all(dist.join("static/style")).unwrap();
        let codes = UNHASHED.map(|(name, ..)| name);
        fs::write(dist.join(PAGE), codes.map(|name| format!("<meta content=\"{name}\">")).concat()).unwrap();
        for name in codes.into_iter().chain(["static/boot.js", "static/style/page.css"]) {
            fs::write(dist.join(name), "abc").unwrap();
        }
        fs::write(folder.join(WORKER), "self.onfetch = null;\n").unwrap();
        (folder.join(WORKER), dist)
    }

    fn sealed(source: &Path, dist: &Path) -> (serde_json::Value, String) {
        seal(source, dist).unwrap();
        let text = fs::read_to_string(dist.join(WORKER)).unwrap();
        let (build, code) = text.split_once('\n').unwrap();
        let build = build.strip_prefix("const BUILD = ").unwrap().strip_suffix(';').unwrap();
        (serde_json::from_str(build).unwrap(), code.to_owned())
    }

    #[test]
    fn every_file_is_listed_with_its_hash_and_the_worker_by_its_content() {
        let (source, dist) = folder("list");
        let (build, code) = sealed(&source, &dist);
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let page = fs::read(dist.join(PAGE)).unwrap();
        let files = serde_json::json!({
            "index.html": sha256(&page), "static/boot.js": abc,
            "unpacker-ba7816bf8f01cfea.js": abc, "unpacker-ba7816bf8f01cfea_bg.wasm": abc,
            "worker-ba7816bf8f01cfea.js": abc, "worker-ba7816bf8f01cfea_bg.wasm": abc,
        });
        assert_eq!((&build["files"], code.as_str()), (&files, "self.onfetch = null;\n"));
        let page = String::from_utf8(page).unwrap();
        assert_eq!(
            page,
            "<meta content=\"worker-ba7816bf8f01cfea.js\"><meta content=\"worker-ba7816bf8f01cfea_bg.wasm\">\
             <meta content=\"unpacker-ba7816bf8f01cfea.js\"><meta content=\"unpacker-ba7816bf8f01cfea_bg.wasm\">"
        );
        fs::remove_dir_all(dist.parent().unwrap()).unwrap();
    }

    #[test]
    fn another_file_makes_another_build_and_the_same_files_the_same() {
        let names = ["one", "two", "other"].map(|name| {
            let (source, dist) = folder(name);
            if name == "other" {
                fs::write(dist.join("static/boot.js"), "abd").unwrap();
            }
            let (build, _) = sealed(&source, &dist);
            fs::remove_dir_all(dist.parent().unwrap()).unwrap();
            build["name"].as_str().unwrap().to_owned()
        });
        assert_eq!(names[0], names[1]);
        assert_ne!(names[0], names[2]);
    }

    #[test]
    fn what_could_not_be_found_again_is_refused() {
        let (source, dist) = folder("refused");
        fs::write(dist.join("my file.csv"), "abc").unwrap();
        assert!(seal(&source, &dist).unwrap_err().to_string().contains("my file.csv"));
        fs::remove_file(dist.join("my file.csv")).unwrap();
        // The first try has renamed the worker's code already.
        assert!(seal(&source, &dist).unwrap_err().to_string().contains("worker.js"));
        fs::remove_dir_all(dist.parent().unwrap()).unwrap();
    }
}
