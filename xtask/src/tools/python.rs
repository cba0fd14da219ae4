//! Virtual environments of Python under the target folder, one for each list of packages.

use super::system;
use crate::{
    exec, fingerprint,
    project::{Project, on_path},
};
use anyhow::Result;
use std::{path::PathBuf, process::Command};

const REQUIREMENTS: &str = "tests/requirements.txt";

/// Interpreter of the environment for the comparison with onnxruntime.
pub(crate) fn python(project: &Project) -> Result<PathBuf> {
    environment(project, "python", REQUIREMENTS)
}

/// Interpreter of the environment of this name, which has exactly the packages pinned in a file.
pub(crate) fn environment(project: &Project, name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = project.target.join(name);
    let interpreter = folder.join("bin/python");
    let record = folder.join(".installed");
    let current = fingerprint::compute(&project.root, &[requirements])?;
    if interpreter.is_file() && fingerprint::matches(&record, &current) {
        return Ok(interpreter);
    }
    if on_path(&["python3"]).is_none()
        || !exec::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]))
    {
        system::install("Python with its venv module", &["python3", "python3-venv"])?;
    }
    println!("installing the packages of {requirements} into {}", folder.display());
    exec::run(project.command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    exec::run(project.command(&interpreter).args(["-m", "pip", "install", "--quiet", "--requirement", requirements]))?;
    fingerprint::write(&record, &current)?;
    Ok(interpreter)
}
