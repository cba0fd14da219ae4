//! A release's files: for each system an archive of the program with page and models, what is in it, and checksums.
//! Knows the folders that the release's builds leave; nothing of how they were built.

use crate::{exec, project::Project, tools};
use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// What `cargo xtask image` left of page and models, in a folder of this name beside the programs.
const PAGE: &str = "leadlight-page";
const SYSTEMS: &str = "leadlight-";

/// `cargo xtask package FOLDER`: in it stand `leadlight-page` and, for each system, `leadlight-NAME` with its program;
/// beside them come the archives, `leadlight.cdx.json` and `SHA256SUMS`.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let [folder] = options else { bail!("`package` takes the folder of a release's programs") };
    let folder = fs::canonicalize(folder).with_context(|| format!("there is no folder {folder}"))?;
    let page = folder.join(PAGE);
    ensure!(page.join("site/index.html").is_file(), "{} holds no page", page.display());
    let mut made = Vec::new();
    for system in systems(&folder)? {
        made.push(archive(project, &system, &page)?);
    }
    ensure!(!made.is_empty(), "{} holds no programs", folder.display());
    made.push(contents(project, &folder)?);
    let sums = folder.join("SHA256SUMS");
    fs::write(&sums, checksums(&made)?).with_context(|| format!("cannot write {}", sums.display()))?;
    println!("{} files and their checksums are in {}", made.len(), folder.display());
    Ok(())
}

fn systems(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut systems: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    systems.retain(|path| path.is_dir() && name(path).starts_with(SYSTEMS) && name(path) != PAGE);
    systems.sort();
    Ok(systems)
}

/// The program, with page, models and licence from the page's folder, under one folder of the system's name.
fn archive(project: &Project, system: &Path, page: &Path) -> Result<PathBuf> {
    for part in ["site", "models", "LICENSE", "README.md"] {
        exec::copy(&page.join(part), &system.join(part))?;
    }
    // What was carried from one machine to another lost its mode.
    exec::run(project.command("chmod").args(["-R", "a+rX"]).arg(system))?;
    if system.join("leadlight").is_file() {
        exec::run(project.command("chmod").arg("a+x").arg(system.join("leadlight")))?;
    }
    let name = system.file_name().context("a folder without a name")?;
    let archive = system.with_extension("tar.gz");
    let folder = system.parent().context("a folder at the root")?;
    let options = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "-C"];
    exec::run(project.command("tar").arg("-czf").arg(&archive).args(options).arg(folder).arg(name))?;
    Ok(archive)
}

/// Everything that is built into the program, as CycloneDX tells it.
fn contents(project: &Project, folder: &Path) -> Result<PathBuf> {
    let program = tools::cargo_cyclonedx(project)?;
    let manifest = project.root.join("scorer/Cargo.toml");
    let mut list = project.command(program);
    list.args(["cyclonedx", "--format", "json", "--features", "native", "--override-filename", "leadlight.cdx"]);
    exec::run(list.arg("--manifest-path").arg(&manifest))?;
    let (made, place) = (project.root.join("scorer/leadlight.cdx.json"), folder.join("leadlight.cdx.json"));
    fs::copy(&made, &place).with_context(|| format!("cannot write {}", place.display()))?;
    fs::remove_file(&made).with_context(|| format!("cannot remove {}", made.display()))?;
    Ok(place)
}

/// As `sha256sum --check` reads them.
fn checksums(files: &[PathBuf]) -> Result<String> {
    let mut text = String::new();
    for file in files {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let hash = Sha256::digest(&bytes).iter().fold(String::new(), |mut hash, byte| {
            let _ = write!(hash, "{byte:02x}");
            hash
        });
        let name = file.file_name().context("a file without a name")?.to_string_lossy();
        let _ = writeln!(text, "{hash}  {name}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_what_sha256sum_checks() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.tar.gz");
        fs::write(&file, "abc").unwrap();
        let sums = folder.path().join("SHA256SUMS");
        fs::write(&sums, checksums(&[file]).unwrap()).unwrap();
        let mut check = std::process::Command::new("sha256sum");
        assert!(exec::succeeds(check.args(["--check", "--strict"]).arg(&sums).current_dir(folder.path())));
    }

    #[test]
    fn programs_stand_in_folders_of_their_systems() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["leadlight-linux-x86-64", "leadlight-page", "other"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("leadlight-note"), "").unwrap();
        assert_eq!(systems(folder.path()).unwrap(), [folder.path().join("leadlight-linux-x86-64")]);
    }
}
