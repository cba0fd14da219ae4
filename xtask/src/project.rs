//! Folders of the project (work tree, target folder, tools, shared test data) and the environment of child processes.

use crate::files;
use anyhow::{Context, Result};
use std::{
    env,
    ffi::{OsStr, OsString},
    fs, iter,
    path::{Path, PathBuf},
    process::Command,
};

/// Version of trunk: the newest that builds with the pinned Rust.
pub(crate) const TRUNK_VERSION: &str = "0.21.14";

/// Folders of the project, all absolute.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// Cargo's target folder: `$CARGO_TARGET_DIR`, else `target`.
    pub(crate) target: PathBuf,
    /// Tools that outlive a clone: `$LEADLIGHT_CACHE`, else `leadlight` in the user's cache folder.
    pub(crate) tools: PathBuf,
    /// Golden data that is not committed: `$LEADLIGHT_SHARED`, else `shared` next to the clone. It may be absent.
    pub(crate) shared: PathBuf,
}

impl Project {
    /// Finds the workspace that the current folder is in.
    pub(crate) fn find() -> Result<Self> {
        let here = env::current_dir().context("cannot read the current folder")?;
        let root = here
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file() && folder.join("xtask").is_dir())
            .context("not inside the project: no folder above holds Cargo.lock and xtask")?
            .to_path_buf();
        let target = folder("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| here.join(target));
        let cache = match (folder("LEADLIGHT_CACHE"), folder("XDG_CACHE_HOME"), folder("HOME")) {
            (Some(cache), ..) => here.join(cache),
            (None, Some(cache), _) => cache.join("leadlight"),
            (None, None, Some(home)) => home.join(".cache/leadlight"),
            (None, None, None) => target.clone(),
        };
        let shared = folder("LEADLIGHT_SHARED").map_or_else(|| root.join("../shared"), |shared| here.join(shared));
        let shared = fs::canonicalize(&shared).unwrap_or(shared);
        Ok(Self { root, target, tools: cache.join("tools"), shared })
    }

    /// A command that runs at the root, with the project's tools first on its `PATH` and absolute paths in its environment.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("PATH", self.search_path())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env("LEADLIGHT_SHARED", &self.shared);
        // Variables that cargo sets for xtask itself: build scripts that watch them would run again whenever a build changes
        // between xtask and a shell.
        env::vars_os().filter(|(name, _)| is_package_variable(name)).for_each(|(name, _)| {
            command.env_remove(name);
        });
        command
    }

    /// [`Project::command`] for cargo, with the arguments given as one line.
    pub(crate) fn cargo(&self, arguments: &str) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments.split_whitespace());
        command
    }

    /// The version of a package in `Cargo.lock`.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let lock = files::read_text(&self.root.join("Cargo.lock"))?;
        version_in(&lock, package).with_context(|| format!("Cargo.lock names no package {package}"))
    }

    /// Folder of the npm packages, whose `wasm-opt` must precede the system's, which is too old for wasm-bindgen.
    pub(crate) fn npm(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    fn search_path(&self) -> OsString {
        let bindgen = self.locked_version("wasm-bindgen").map(|version| format!("wasm-bindgen-cli-{version}/bin"));
        let own = iter::once(self.npm().join("node_modules/.bin"))
            .chain(bindgen.ok().map(|bindgen| self.tools.join(bindgen)))
            .chain(iter::once(self.tools.join(format!("trunk-{}/bin", TRUNK_VERSION))));
        let inherited = env::var_os("PATH").unwrap_or_default();
        // A folder whose name holds a colon cannot be on a PATH; then the inherited one is all there is.
        env::join_paths(own.chain(env::split_paths(&inherited))).unwrap_or(inherited)
    }
}

/// True when cargo sets this variable for the package that it runs.
fn is_package_variable(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start))
}

/// A path from the environment; an empty value counts as unset.
fn folder(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let wanted = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != wanted).skip(1);
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

/// The first of these programs that is on the `PATH`.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_package_is_read_from_the_lock_file() {
        let lock =
            "[[package]]\nname = \"other\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"bind\"\nversion = \"0.2.1\"\n";
        assert_eq!(version_in(lock, "bind").as_deref(), Some("0.2.1"));
        assert_eq!(version_in(lock, "absent"), None);
    }

    #[test]
    fn a_program_is_found_on_the_path_by_any_of_its_names() {
        let found = on_path(&["no-such-program-here", "sh"]).unwrap();
        assert!(found.ends_with("sh"), "{}", found.display());
        assert_eq!(on_path(&["no-such-program-here"]), None);
    }
}
