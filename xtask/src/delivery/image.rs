//! What the image holds, put into a folder, and tried as the image would run it: as uid 1000, with nothing to write to but
//! its data. Knows the folder's layout and Linux' namespaces; no container engine.

use crate::{exec, project::Project, server::Server, site};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What goes into it beside the program and the page.
const FILES: [&str; 2] = ["LICENSE", "README.md"];

/// The file that names the commit; the sources of a deployment hold it, since they come without their history.
pub(super) const REVISION: &str = "revision";

/// Runs the program in a mount namespace of its own: everything that is there can only be read, but a folder of data.
/// Arguments: the image's folder, the port. It is healthy, scores as it does elsewhere, ends when told to, and leaves its
/// log.
const TRIAL: &str = r#"
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

/// `cargo xtask image [--out FOLDER]`: builds program and page in release and puts the image's contents into a folder.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let out = match options {
        [] => project.target.join("image"),
        [option, folder] if option == "--out" => PathBuf::from(folder),
        _ => bail!("`image` takes --out and a folder"),
    };
    let site = site::release(project)?;
    exec::run(&mut project.cargo("build --release --locked --package scorer --features native --bin leadlight"))?;
    assemble(project, &project.target.join("release/leadlight"), &site, &out)?;
    println!("the image's contents are in {}", out.display());
    Ok(())
}

/// The same with the programs of the tests, started as the image starts them.
pub(crate) fn try_out(project: &Project, program: &Path, site: &Path) -> Result<()> {
    if !exec::succeeds(Command::new("unshare").args([
        "--mount",
        "sh",
        "-c",
        "mount -t tmpfs none /opt && setpriv --version",
    ])) {
        println!("!! NOT TRIED: the image's contents, since this user may make no mount namespace !!");
        return Ok(());
    }
    let out = Server::folder(project, "image-trial")?;
    assemble(project, program, site, &out)?;
    let port = Server::free_address()?.port().to_string();
    let mut trial = project.command("unshare");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LEADLIGHT_")) {
        trial.env_remove(name);
    }
    trial.args(["--mount", "--propagation", "private", "sh", "-c", TRIAL, "trial"]).arg(&out).arg(port);
    exec::run(&mut trial).context("the image's contents do not run as uid 1000 with a root that is only read")
}

fn assemble(project: &Project, program: &Path, site: &Path, out: &Path) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    for (folder, name) in [(site, "site"), (&project.root.join("models"), "models")] {
        let place = out.join(name);
        if place.exists() {
            fs::remove_dir_all(&place).with_context(|| format!("cannot empty {}", place.display()))?;
        }
        exec::copy(folder, &place)?;
    }
    exec::copy(program, &out.join("leadlight"))?;
    fs::write(out.join(REVISION), revision(project)).with_context(|| format!("cannot write {REVISION}"))?;
    FILES.iter().try_for_each(|file| exec::copy(&project.root.join(file), &out.join(file)))
}

fn revision(project: &Project) -> String {
    let told = fs::read_to_string(project.root.join(REVISION)).ok();
    let head = || exec::output(project.command("git").args(["rev-parse", "HEAD"])).ok();
    told.or_else(head).unwrap_or_else(|| "unknown".to_owned())
}
