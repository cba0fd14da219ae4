//! Child processes: the command line is shown, and an error names it.

use anyhow::{Context, Result, bail};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Runs a command with its output on the terminal; fails on an exit status other than zero.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    println!("$ {line}");
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Runs a command in silence and returns its standard output; standard error becomes part of the error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = line(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Copies a file, or a folder over an existing one, with modes.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    output(Command::new("cp").args(["-RT", "--preserve=mode"]).arg(from).arg(to)).map(drop)
}

/// True when a command starts and succeeds; nothing is shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The command as one would type it: the program without its folder.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    command.get_args().fold(name, |line, argument| line + " " + &argument.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_command_and_its_error_output() {
        let error = output(Command::new("/bin/sh").args(["-c", "echo broken >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().starts_with("`sh -c echo broken"), "{error}");
        assert!(error.to_string().ends_with("broken"), "{error}");
    }

    #[test]
    fn a_missing_program_is_an_error_not_a_panic() {
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program-here`");
        assert!(!succeeds(&mut Command::new("no-such-program-here")));
    }
}
