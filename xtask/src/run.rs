//! `cargo xtask run`: page and API built in release, then served.

use crate::{binary, files, project::Project, site};
use anyhow::{Context, Result};
use std::{env, os::unix::process::CommandExt, path::Path};

/// Builds what is not current and replaces this process by the server, so that signals and the exit code are the server's.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let site = site::release(project)?;
    let program = binary::release(project)?;
    let data = project.target.join("run");
    files::create_folder(&data)?;
    let has_database = env::var_os("DATABASE_URL").is_some();
    let mut server = project.command(program);
    server.arg("serve").args(arguments(options, &site, &data.join("leadlight.sqlite"), has_database));
    Err(server.exec()).context("cannot start the server")
}

/// Options of the user, preceded by defaults for those that are absent.
fn arguments(options: &[String], site: &Path, database: &Path, has_database: bool) -> Vec<String> {
    let is_present = |name: &str| options.iter().any(|option| option.split('=').next() == Some(name));
    let mut arguments = Vec::new();
    for (name, value) in [("--site", site), ("--models", Path::new("models")), ("--database", database)] {
        let is_set = is_present(name) || (name == "--database" && has_database);
        if !is_set {
            arguments.extend([name.to_owned(), value.display().to_string()]);
        }
    }
    arguments.extend_from_slice(options);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(options: &[&str], has_database: bool) -> String {
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        arguments(&options, Path::new("dist"), Path::new("db"), has_database).join(" ")
    }

    #[test]
    fn defaults_give_way_to_the_options_of_the_user() {
        assert_eq!(words(&["--port", "80"], false), "--site dist --models models --database db --port 80");
        assert_eq!(words(&["--models=mine", "--database", "x"], false), "--site dist --models=mine --database x");
        assert_eq!(words(&[], true), "--site dist --models models");
    }
}
