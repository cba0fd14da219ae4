//! Offline support of the built page: content hashes in the names of the workers' code, and `sw.js` with the precache
//! manifest, the list of all files with their SHA-256. `web/sw.js` says how the list is used.

use crate::{files, fingerprint::sha256};
use anyhow::{Context, Result, ensure};
use std::{collections::BTreeMap, fs, path::Path};

/// Service worker: the name of its source in `web/` and of its file in the site.
pub(crate) const WORKER: &str = "sw.js";

const PAGE: &str = "index.html";

/// Files that trunk names without a hash, and the two parts that a hash is put between.
const UNHASHED: [(&str, &str, &str); 4] = [
    ("worker.js", "worker-", ".js"),
    ("worker_bg.wasm", "worker-", "_bg.wasm"),
    ("unpacker.js", "unpacker-", ".js"),
    ("unpacker_bg.wasm", "unpacker-", "_bg.wasm"),
];

/// Sources of the style sheets, which nothing requests: trunk has written copies named by their content.
const UNREFERENCED: &str = "static/style/";

/// Hexadecimal digits of a hash in a name.
const HASH_DIGITS: usize = 16;

/// SHA-256 of each file by its path in the site.
type Manifest = BTreeMap<String, String>;

/// Completes a page that trunk has just built in `dist`. Files added to the folder later are not cached for offline use.
pub(crate) fn add_service_worker(source: &Path, dist: &Path) -> Result<()> {
    add_content_hashes(dist)?;
    let mut manifest = Manifest::new();
    collect(dist, "", &mut manifest)?;
    let code = files::read_text(source)?;
    files::write(&dist.join(WORKER), format!("{}\n{code}", build_line(&manifest)))
}

/// Renames the workers' code by its content, in the folder and in the page.
fn add_content_hashes(dist: &Path) -> Result<()> {
    let page = dist.join(PAGE);
    let mut text = files::read_text(&page)?;
    for (name, before, behind) in UNHASHED {
        let mut hash = sha256(&files::read(&dist.join(name))?);
        hash.truncate(HASH_DIGITS);
        let hashed = format!("{before}{hash}{behind}");
        let (old, new) = (format!("content=\"{name}\""), format!("content=\"{hashed}\""));
        ensure!(text.matches(&old).count() == 1, "{PAGE} must say {old} once");
        text = text.replace(&old, &new);
        fs::rename(dist.join(name), dist.join(&hashed)).with_context(|| format!("cannot rename {name}"))?;
    }
    files::write(&page, text)
}

/// The line that defines the manifest in the service worker. The name of the build is the hash of the manifest.
fn build_line(files: &Manifest) -> String {
    let mut name = sha256(serde_json::json!(files).to_string().as_bytes());
    name.truncate(HASH_DIGITS);
    format!("const BUILD = {};", serde_json::json!({ "name": name, "files": files }))
}

fn collect(folder: &Path, prefix: &str, manifest: &mut Manifest) -> Result<()> {
    for entry in files::list(folder)? {
        let path = format!("{prefix}{}", files::name(&entry));
        if entry.is_dir() {
            collect(&entry, &format!("{path}/"), manifest)?;
        } else if path != WORKER && !path.starts_with(UNREFERENCED) {
            // Any other letter would be percent-encoded in a URL and not match the list.
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
            ensure!(path.chars().all(is_plain), "{path:?} is no name for a file of the page: letters, digits, . _ -");
            let hash = sha256(&files::read(&entry)?);
            manifest.insert(path, hash);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use tempfile::TempDir;

    /// A page as trunk leaves it, next to the source of the service worker.
    fn folder() -> (TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (source, dist) = (folder.path().join(WORKER), folder.path().join("dist"));
        fs::create_dir_all(dist.join("static/style")).unwrap();
        let codes = UNHASHED.map(|(name, ..)| name);
        fs::write(dist.join(PAGE), codes.map(|name| format!("<meta content=\"{name}\">")).concat()).unwrap();
        for name in codes.into_iter().chain(["static/boot.js", "static/style/page.css"]) {
            fs::write(dist.join(name), "abc").unwrap();
        }
        fs::write(&source, "self.onfetch = null;\n").unwrap();
        (folder, source, dist)
    }

    fn built(source: &Path, dist: &Path) -> (serde_json::Value, String) {
        add_service_worker(source, dist).unwrap();
        let text = fs::read_to_string(dist.join(WORKER)).unwrap();
        let (build, code) = text.split_once('\n').unwrap();
        let build = build.strip_prefix("const BUILD = ").unwrap().strip_suffix(';').unwrap();
        (serde_json::from_str(build).unwrap(), code.to_owned())
    }

    #[test]
    fn the_manifest_has_every_file_and_the_workers_by_their_content() {
        let (_folder, source, dist) = folder();
        let (build, code) = built(&source, &dist);
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
    }

    #[test]
    fn the_build_name_depends_on_the_files_alone() {
        let names = ["one", "two", "other"].map(|name| {
            let (_folder, source, dist) = folder();
            if name == "other" {
                fs::write(dist.join("static/boot.js"), "abd").unwrap();
            }
            let (build, _) = built(&source, &dist);
            build["name"].as_str().unwrap().to_owned()
        });
        assert_eq!(names[0], names[1]);
        assert_ne!(names[0], names[2]);
    }

    #[test]
    fn a_name_that_a_url_would_encode_is_rejected() {
        let (_folder, source, dist) = folder();
        fs::write(dist.join("my file.csv"), "abc").unwrap();
        assert!(add_service_worker(&source, &dist).unwrap_err().to_string().contains("my file.csv"));
        fs::remove_file(dist.join("my file.csv")).unwrap();
        // The first try has renamed the worker's code already.
        assert!(add_service_worker(&source, &dist).unwrap_err().to_string().contains("worker.js"));
    }
}
