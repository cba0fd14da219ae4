//! Files of a release: for each system an archive of the program with page and models, a bill of materials, checksums.

use crate::{exec, files, fingerprint::sha256, project::Project, tools};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folder with the output of `cargo xtask image`: page, models, licence.
const PAGE: &str = "leadlight-page";
/// Prefix of the folders with the program of one system.
const SYSTEMS: &str = "leadlight-";

/// `cargo xtask package`: reads `leadlight-page` and, for each system, `leadlight-NAME` in a folder; adds the archives,
/// `leadlight.cdx.json` and `SHA256SUMS` to it.
pub(crate) fn run(project: &Project, folder: &Path) -> Result<()> {
    let folder = fs::canonicalize(folder).with_context(|| format!("there is no folder {}", folder.display()))?;
    let page = folder.join(PAGE);
    ensure!(page.join("site/index.html").is_file(), "{} holds no page", page.display());
    let mut assets = Vec::new();
    for system in systems(&folder)? {
        assets.push(archive(project, &system, &page)?);
    }
    ensure!(!assets.is_empty(), "{} holds no programs", folder.display());
    assets.push(bill_of_materials(project, &folder)?);
    files::write(&folder.join("SHA256SUMS"), checksums(&assets)?)?;
    println!("{} files and their checksums are in {}", assets.len(), folder.display());
    Ok(())
}

fn systems(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut systems = files::list(folder)?;
    systems.retain(|path| path.is_dir() && files::name(path).starts_with(SYSTEMS) && files::name(path) != PAGE);
    Ok(systems)
}

/// Packs the program, with page, models and licence, under one folder of the system's name.
fn archive(project: &Project, system: &Path, page: &Path) -> Result<PathBuf> {
    for part in ["site", "models", "LICENSE", "README.md"] {
        exec::copy(&page.join(part), &system.join(part))?;
    }
    // Artifacts lose their modes between machines.
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

/// Writes the CycloneDX bill of materials of the program.
fn bill_of_materials(project: &Project, folder: &Path) -> Result<PathBuf> {
    let program = tools::cargo_cyclonedx(project)?;
    let manifest = project.root.join("scorer/Cargo.toml");
    let mut list = project.command(program);
    list.args(["cyclonedx", "--format", "json", "--features", "native", "--override-filename", "leadlight.cdx"]);
    exec::run(list.arg("--manifest-path").arg(&manifest))?;
    let (generated, target) = (project.root.join("scorer/leadlight.cdx.json"), folder.join("leadlight.cdx.json"));
    fs::copy(&generated, &target).with_context(|| format!("cannot write {}", target.display()))?;
    fs::remove_file(&generated).with_context(|| format!("cannot remove {}", generated.display()))?;
    Ok(target)
}

/// Checksums in the format of `sha256sum --check`.
fn checksums(assets: &[PathBuf]) -> Result<String> {
    assets.iter().map(|file| Ok(format!("{}  {}\n", sha256(&files::read(file)?), files::name(file)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256sum_accepts_the_checksums() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.tar.gz");
        fs::write(&file, "abc").unwrap();
        let sums = folder.path().join("SHA256SUMS");
        fs::write(&sums, checksums(&[file]).unwrap()).unwrap();
        let mut check = std::process::Command::new("sha256sum");
        assert!(exec::succeeds(check.args(["--check", "--strict"]).arg(&sums).current_dir(folder.path())));
    }

    #[test]
    fn folders_of_systems_are_found() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["leadlight-linux-x86-64", "leadlight-page", "other"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("leadlight-note"), "").unwrap();
        assert_eq!(systems(folder.path()).unwrap(), [folder.path().join("leadlight-linux-x86-64")]);
    }
}
