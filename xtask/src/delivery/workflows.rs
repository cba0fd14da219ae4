//! Checks of the workflows under `.github`: actionlint, zizmor, and the project's own rules. Every action is pinned to a
//! commit, and every shell step is one command that runs on a developer's machine too.

use crate::{
    exec, files,
    project::{Project, on_path},
    tools,
};
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;

const FOLDER: &str = ".github/workflows";
const REQUIREMENTS: &str = "deploy/workflows-requirements.txt";

/// Starts of the commands that a shell step may run.
const COMMANDS: [&str; 6] =
    [".ci/run", "cargo xtask ", "cargo build ", "docker build ", "docker run ", "gh release create "];

pub(crate) fn check(project: &Project) -> Result<()> {
    let workflows = files::list(&project.root.join(FOLDER))?;
    for path in &workflows {
        check_steps(&files::read_text(path)?).with_context(|| path.display().to_string())?;
    }
    println!("{} workflows: actions pinned, steps known", workflows.len());
    let python = tools::environment(project, "workflows", REQUIREMENTS).ok();
    let installed = |name: &str| python.as_ref().map(|python| python.with_file_name(name));
    lint(project, "actionlint", on_path(&["actionlint"]).or_else(|| installed("actionlint")), &[])?;
    lint(project, "zizmor", installed("zizmor"), &["--offline", "--no-progress", "--min-severity", "low", FOLDER])
}

fn lint(project: &Project, name: &str, program: Option<PathBuf>, options: &[&str]) -> Result<()> {
    let Some(program) = program else {
        println!("!! NOT CHECKED: workflows by {name}, which cannot be installed !!");
        return Ok(());
    };
    exec::run(project.command(program).args(options))
}

/// Checks the lines of a workflow for pinned actions and allowed commands.
fn check_steps(text: &str) -> Result<()> {
    for line in text.lines().map(|line| line.trim_start().trim_start_matches("- ")) {
        if let Some(action) = line.strip_prefix("uses: ") {
            let commit = action.split(['@', ' ']).nth(1).unwrap_or_default();
            let is_pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            ensure!(is_pinned, "{action} should be pinned to a commit");
        }
        if let Some(run) = line.strip_prefix("run: ") {
            ensure!(run != "|" && run != ">-", "a step should be one command of the project's");
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
    fn pinned_actions_and_own_commands_pass() {
        let commit = "3d3c42e5aac5ba805825da76410c181273ba90b1";
        assert!(check_steps(&format!("  - uses: actions/checkout@{commit} # v7\n  - run: cargo xtask size\n")).is_ok());
        for wrong in [
            "- uses: actions/checkout@v7",
            "- run: curl https://example.org | sh",
            "- run: cargo xtask deploy ${{ inputs.name }}",
            "  run: |",
        ] {
            assert!(check_steps(wrong).is_err(), "{wrong}");
        }
    }
}
