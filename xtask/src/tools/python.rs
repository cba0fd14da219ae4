//! A virtual environment of Python under the target folder, for the comparison with onnxruntime. Only tests use it.

use super::system;
use crate::{
    exec,
    project::{Project, on_path},
    stamp,
};
use anyhow::Result;
use std::{path::PathBuf, process::Command};

const REQUIREMENTS: &str = "tests/requirements.txt";

/// The interpreter of an environment that holds exactly the pinned packages.
pub(crate) fn python(project: &Project) -> Result<PathBuf> {
    let folder = project.target.join("python");
    let interpreter = folder.join("bin/python");
    let record = folder.join(".installed");
    let hash = stamp::of(&project.root, &[REQUIREMENTS])?;
    if interpreter.is_file() && stamp::matches(&record, &hash) {
        return Ok(interpreter);
    }
    if on_path(&["python3"]).is_none()
        || !exec::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]))
    {
        system::install("Python with its venv module", &["python3", "python3-venv"])?;
    }
    println!("installing the packages of {REQUIREMENTS} into {}", folder.display());
    exec::run(project.command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    exec::run(project.command(&interpreter).args(["-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS]))?;
    stamp::write(&record, &hash)?;
    Ok(interpreter)
}
