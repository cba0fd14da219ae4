//! The workflows under `.github`, read by those who know what is wrong with such files: actionlint and zizmor. And the
//! rules of our own: every action is pinned to a commit, and every shell step is a command that runs here too.

use crate::{
    exec,
    project::{Project, on_path},
    tools,
};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};

const FOLDER: &str = ".github/workflows";
const REQUIREMENTS: &str = "deploy/workflows-requirements.txt";

/// What a shell step may begin with: a command of the project's, or one that prepares a runner for it.
const COMMANDS: [&str; 6] =
    [".ci/run", "cargo xtask ", "cargo build ", "docker build ", "docker run ", "gh release create "];

pub(crate) fn check(project: &Project) -> Result<()> {
    let files = files(&project.root.join(FOLDER))?;
    for (name, text) in &files {
        steps(text).with_context(|| name.clone())?;
    }
    println!("{} workflows: actions pinned, steps known", files.len());
    let python = tools::environment(project, "workflows", REQUIREMENTS).ok();
    let installed = |name: &str| python.as_ref().map(|python| python.with_file_name(name));
    read_by(project, "actionlint", on_path(&["actionlint"]).or_else(|| installed("actionlint")), &[])?;
    read_by(project, "zizmor", installed("zizmor"), &["--offline", "--no-progress", "--min-severity", "low", FOLDER])
}

fn read_by(project: &Project, name: &str, program: Option<PathBuf>, options: &[&str]) -> Result<()> {
    let Some(program) = program else {
        println!("!! NOT CHECKED: workflows by {name}, which cannot be installed !!");
        return Ok(());
    };
    exec::run(project.command(program).args(options))
}

fn files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        files.push((path.display().to_string(), text));
    }
    files.sort();
    Ok(files)
}

fn steps(text: &str) -> Result<()> {
    for line in text.lines().map(|line| line.trim_start().trim_start_matches("- ")) {
        if let Some(action) = line.strip_prefix("uses: ") {
            let commit = action.split(['@', ' ']).nth(1).unwrap_or_default();
            let is_pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            ensure!(is_pinned, "{action} should be pinned to a commit");
        }
        if let Some(run) = line.strip_prefix("run: ") {
            ensure!(run != "|" && run != ">-", "a step should be one command, of which the project knows the inside");
            ensure!(!run.contains("${{"), "`{run}` should take what it needs from the environment");
            let is_known = COMMANDS.iter().any(|command| run.starts_with(command));
            ensure!(is_known, "`{run}` should be a command of the project's");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pinned_actions_and_own_commands_pass() {
        let commit = "3d3c42e5aac5ba805825da76410c181273ba90b1";
        assert!(steps(&format!("  - uses: actions/checkout@{commit} # v7\n  - run: cargo xtask size\n")).is_ok());
        for wrong in [
            "- uses: actions/checkout@v7",
            "- run: curl https://example.org | sh",
            "- run: cargo xtask deploy ${{ inputs.name }}",
            "  run: |",
        ] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }
}
