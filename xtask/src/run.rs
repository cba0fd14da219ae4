//! `cargo xtask run`: page and API built in release, then served. Knows the server's options, nothing of its inside.

use crate::{exec, project::Project, site};
use anyhow::{Context, Result};
use std::{env, fs, os::unix::process::CommandExt, path::Path};

/// Builds what is not current and becomes the server, so that signals and the exit code are the server's own.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let site = site::release(project)?;
    exec::run(&mut project.cargo("build --release --locked --package scorer --features native --bin leadlight"))?;
    let data = project.target.join("run");
    fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
    let database_named = env::var_os("DATABASE_URL").is_some();
    let mut server = project.command(project.target.join("release/leadlight"));
    server.arg("serve").args(arguments(options, &site, &data.join("leadlight.sqlite"), database_named));
    Err(server.exec()).context("cannot start the server")
}

/// The user's options, after defaults for those that are not among them.
fn arguments(options: &[String], site: &Path, database: &Path, database_named: bool) -> Vec<String> {
    let given = |name: &str| {
        options
            .iter()
            .any(|option| option.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
    };
    let mut arguments = Vec::new();
    for (name, value) in [("--site", site), ("--models", Path::new("models")), ("--database", database)] {
        let elsewhere = name == "--database" && database_named;
        if !given(name) && !elsewhere {
            arguments.extend([name.to_owned(), value.display().to_string()]);
        }
    }
    arguments.extend_from_slice(options);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(options: &[&str], database_named: bool) -> String {
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        arguments(&options, Path::new("dist"), Path::new("db"), database_named).join(" ")
    }

    #[test]
    fn defaults_give_way_to_what_the_user_says() {
        assert_eq!(words(&["--port", "80"], false), "--site dist --models models --database db --port 80");
        assert_eq!(words(&["--models=mine", "--database", "x"], false), "--site dist --models=mine --database x");
        assert_eq!(words(&[], true), "--site dist --models models");
    }
}
