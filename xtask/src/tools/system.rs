//! System packages, by apt, without a prompt. Without the privilege to install them, the error names the command to run.

use crate::{exec, project::on_path};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Installs packages; `purpose` is the tool that is missing.
pub(super) fn install(purpose: &str, packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if on_path(&["apt-get"]).is_none() {
        bail!("{purpose} is missing: install {names} with the package manager of this system, then run this again");
    }
    let Some(prefix) = root_prefix() else {
        bail!("{purpose} is missing: run `sudo apt-get install {names}`, then run this again");
    };
    println!("installing {names} by apt: {purpose} is missing");
    exec::run(apt(prefix).arg("update")).context("apt-get update failed")?;
    exec::run(apt(prefix).args(["install", "--yes", "--no-install-recommends"]).args(packages))
        .with_context(|| format!("apt could not install {names}"))
}

/// Prefix of a command that needs root: nothing for root, sudo where it needs no password.
fn root_prefix() -> Option<&'static [&'static str]> {
    let root = exec::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if root {
        return Some(&[]);
    }
    exec::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}

fn apt(prefix: &[&str]) -> Command {
    let words = [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_runs_without_a_prompt() {
        let command = apt(&["sudo", "-n"]);
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        assert_eq!(command.get_program(), "sudo");
        assert_eq!(words, ["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]);
    }
}
