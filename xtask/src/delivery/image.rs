//! Contents of the image in a folder, and a test that runs them as the image does: as uid 1000 on a read-only root, in a
//! mount namespace instead of a container engine.

use crate::{binary, exec, files, project::Project, server::Server, site};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Files of the image in addition to program, page and models.
const FILES: [&str; 2] = ["LICENSE", "README.md"];

/// File that names the commit; the sources of a deployment hold it, since they have no history.
pub(super) const REVISION: &str = "revision";

/// Test script for a mount namespace in which all but a data folder is read-only. Arguments: the image's folder, the port.
/// The program becomes ready, scores as on the developer's machine, ends on SIGTERM and leaves its log.
const TEST_SCRIPT: &str = r#"
set -eu
mount -t tmpfs none /opt
mkdir /opt/leadlight /opt/data
mount --bind "$1" /opt/leadlight
mount -o remount,bind,ro /opt/leadlight
mount -t tmpfs -o uid=1000,gid=1000,mode=700 none /opt/data
mount -o remount,bind,ro /
cd /opt/leadlight
user() { exec setpriv --reuid=1000 --regid=1000 --clear-groups --no-new-privs -- "$@"; }
export LEADLIGHT_PORT="$2" LEADLIGHT_MODELS=/opt/leadlight/models LEADLIGHT_SITE=/opt/leadlight/site
export LEADLIGHT_REVISION_FILE=/opt/leadlight/revision
export LEADLIGHT_SPOOL=/opt/data/spool DATABASE_URL=sqlite:/opt/data/leadlight.sqlite TMPDIR=/opt/data
if (user touch /opt/leadlight/x) 2>/dev/null; then echo "the image can be written to" >&2; exit 1; fi
(user ./leadlight serve) & server=$!
tries=0
until (user ./leadlight health --ready --revision "$(cat revision)") 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ]; then echo "it did not become ready" >&2; exit 1; fi
  sleep 0.2
done
(user ./leadlight validate --url "http://127.0.0.1:$2") | tail -n 1
kill -TERM "$server"
wait "$server"
test -s /opt/data/leadlight.sqlite
"#;

/// `cargo xtask image`: builds program and page in release and puts the image's contents into a folder.
pub(crate) fn run(project: &Project, out: Option<PathBuf>) -> Result<()> {
    let out = out.unwrap_or_else(|| project.target.join("image"));
    let site = site::release(project)?;
    assemble(project, &binary::release(project)?, &site, &out)?;
    println!("the image's contents are in {}", out.display());
    Ok(())
}

/// Assembles the image from the programs of the tests and runs it as the image does.
pub(crate) fn test(project: &Project, program: &Path, site: &Path) -> Result<()> {
    let probe = "mount -t tmpfs none /opt && setpriv --version";
    if !exec::succeeds(Command::new("unshare").args(["--mount", "sh", "-c", probe])) {
        println!("!! NOT TESTED: the image's contents, since this user may make no mount namespace !!");
        return Ok(());
    }
    let out = Server::empty_folder(project, "image-test")?;
    assemble(project, program, site, &out)?;
    let port = Server::free_address()?.port().to_string();
    let mut test = project.command("unshare");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LEADLIGHT_")) {
        test.env_remove(name);
    }
    test.args(["--mount", "--propagation", "private", "sh", "-c", TEST_SCRIPT, "test"]).arg(&out).arg(port);
    exec::run(&mut test).context("the image's contents do not run as uid 1000 on a read-only root")
}

fn assemble(project: &Project, program: &Path, site: &Path, out: &Path) -> Result<()> {
    files::create_folder(out)?;
    for (folder, name) in [(site, "site"), (&project.root.join("models"), "models")] {
        let target = out.join(name);
        files::empty_folder(&target)?;
        exec::copy(folder, &target)?;
    }
    exec::copy(program, &out.join("leadlight"))?;
    files::write(&out.join(REVISION), revision(project))?;
    FILES.iter().try_for_each(|file| exec::copy(&project.root.join(file), &out.join(file)))
}

fn revision(project: &Project) -> String {
    let recorded = fs::read_to_string(project.root.join(REVISION)).ok();
    let head = || exec::output(project.command("git").args(["rev-parse", "HEAD"])).ok();
    recorded.or_else(head).unwrap_or_else(|| "unknown".to_owned())
}
