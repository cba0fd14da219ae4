//! A deployment to a Space: the committed sources with the Space's own README, pushed as one commit on top of what is
//! there; and back to what was there before. Knows git; the token comes from the environment and goes nowhere else.

use super::image::REVISION;
use crate::{exec, project::Project};
use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// The README that tells a Space how it is built.
const README: &str = "deploy/space/README.md";
const BRANCH: &str = "main";
/// How git asks for the token: it runs a program that prints it.
const ASKPASS: &str = "#!/bin/sh\nprintf '%s\\n' \"$HF_TOKEN\"\n";

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Order {
    /// `staging` or `production`.
    place: String,
    rollback: bool,
    dry: bool,
}

/// `cargo xtask deploy staging|production [--rollback] [--dry-run]`. The Space is named by STAGING_SPACE or
/// PRODUCTION_SPACE, as `owner/name` or a git address; HF_TOKEN opens it.
pub(crate) fn run(project: &Project, options: &[String]) -> Result<()> {
    let order = order(options)?;
    let variable = format!("{}_SPACE", order.place.to_uppercase());
    let space = env::var(&variable).ok().filter(|space| !space.is_empty());
    let address = address(&space.with_context(|| format!("{variable} should name the Space, as owner/name"))?);
    let folder = tempfile::tempdir().context("cannot make a folder to work in")?;
    let work = Work::new(project, folder.path(), address)?;
    let commit = if order.rollback { work.before()? } else { work.sources(project)? };
    exec::run(
        work.git(&["--no-pager", "show", "--stat=100", "--stat-count=20", "--format=%h %s", &commit])
            .env("GIT_PAGER", ""),
    )?;
    if order.dry {
        println!("nothing was pushed");
        return Ok(());
    }
    exec::run(&mut work.git(&["push", "--quiet", &work.address, &format!("{commit}:refs/heads/{BRANCH}")]))?;
    let revision = work.revision(&commit);
    println!("pushed {revision} to {}", order.place);
    tell(&revision)
}

/// For the workflow's next steps, where one runs this.
fn tell(revision: &str) -> Result<()> {
    let Some(path) = env::var_os("GITHUB_OUTPUT").filter(|path| !path.is_empty()) else { return Ok(()) };
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).context("cannot open GITHUB_OUTPUT")?;
    writeln!(file, "revision={revision}").context("cannot write GITHUB_OUTPUT")
}

fn order(options: &[String]) -> Result<Order> {
    let (flags, places): (Vec<&String>, Vec<&String>) = options.iter().partition(|option| option.starts_with('-'));
    let [place] = places[..] else { bail!("name one place: staging or production") };
    ensure!(
        matches!(place.as_str(), "staging" | "production"),
        "there is no place {place}; there are staging and production"
    );
    if let Some(unknown) = flags.iter().find(|flag| !matches!(flag.as_str(), "--rollback" | "--dry-run")) {
        bail!("there is no option {unknown}; there are --rollback and --dry-run");
    }
    let has = |flag: &str| flags.iter().any(|given| *given == flag);
    Ok(Order { place: place.clone(), rollback: has("--rollback"), dry: has("--dry-run") })
}

/// A Space's address; git's own are taken as they are.
fn address(space: &str) -> String {
    let is_name = !space.contains("://") && !space.starts_with(['/', '.']);
    if is_name { format!("https://user@huggingface.co/spaces/{space}") } else { space.to_owned() }
}

/// A repository to put the commit together in.
struct Work<'p> {
    project: &'p Project,
    folder: PathBuf,
    address: String,
}

impl<'p> Work<'p> {
    fn new(project: &'p Project, folder: &Path, address: String) -> Result<Self> {
        let work = Work { project, folder: folder.to_owned(), address };
        exec::output(&mut work.git(&["init", "--quiet", "--initial-branch", BRANCH]))?;
        write(&work.folder.join(".git/askpass"), ASKPASS.as_bytes())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(work.folder.join(".git/askpass"), fs::Permissions::from_mode(0o700))?;
        }
        Ok(work)
    }

    fn git(&self, arguments: &[&str]) -> Command {
        let mut git = self.project.command("git");
        git.current_dir(&self.folder).args(arguments);
        git.env("GIT_ASKPASS", self.folder.join(".git/askpass")).env("GIT_TERMINAL_PROMPT", "0");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Leadlight").env(format!("GIT_{who}_EMAIL"), "leadlight@localhost");
        }
        git
    }

    /// The newest commit of the Space; none where there is none yet.
    fn there(&self) -> Result<Option<String>> {
        let heads = exec::output(&mut self.git(&["ls-remote", &self.address, &format!("refs/heads/{BRANCH}")]))?;
        let Some(commit) = heads.split_whitespace().next().map(str::to_owned) else { return Ok(None) };
        exec::output(&mut self.git(&["fetch", "--quiet", &self.address, &commit]))?;
        Ok(Some(commit))
    }

    /// The committed sources, as a commit on top of what is there.
    fn sources(&self, project: &Project) -> Result<String> {
        let source = exec::output(project.command("git").args(["rev-parse", "HEAD"]))?.trim().to_owned();
        let root = project.root.display().to_string();
        exec::output(&mut self.git(&["fetch", "--quiet", "--depth=1", &root, &source]))?;
        exec::output(&mut self.git(&["read-tree", &source]))?;
        let readme = fs::read(project.root.join(README)).with_context(|| format!("cannot read {README}"))?;
        self.put("README.md", &readme)?;
        self.put(REVISION, source.as_bytes())?;
        let tree = exec::output(&mut self.git(&["write-tree"]))?;
        self.commit(tree.trim(), self.there()?, &format!("Deploy {}", source.get(..12).unwrap_or(&source)))
    }

    /// A file of the commit that is put together.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        write(&self.folder.join("file"), bytes)?;
        let blob = exec::output(&mut self.git(&["hash-object", "-w", "file"]))?;
        let entry = format!("100644,{},{name}", blob.trim());
        exec::output(&mut self.git(&["update-index", "--add", "--cacheinfo", &entry]))?;
        Ok(())
    }

    /// The commit of the sources in a commit of the Space; empty where it is older than that file.
    fn revision(&self, commit: &str) -> String {
        exec::output(&mut self.git(&["show", &format!("{commit}:{REVISION}")])).unwrap_or_default().trim().to_owned()
    }

    /// What was there before the newest commit, as a commit on top of it: so that nothing is ever rewritten.
    fn before(&self) -> Result<String> {
        let there = self.there()?.context("there is nothing to go back from")?;
        let tree = exec::output(&mut self.git(&["rev-parse", "--verify", "--quiet", &format!("{there}~1^{{tree}}")]));
        let tree = tree.ok().context("there is nothing to go back to: this is the first deployment")?;
        self.commit(tree.trim(), Some(there.clone()), &format!("Go back before {}", there.get(..12).unwrap_or(&there)))
    }

    fn commit(&self, tree: &str, parent: Option<String>, message: &str) -> Result<String> {
        let mut commit = self.git(&["commit-tree", tree, "-m", message]);
        if let Some(parent) = &parent {
            commit.args(["-p", parent]);
        }
        Ok(exec::output(&mut commit)?.trim().to_owned())
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(options: &[&str]) -> Result<Order> {
        order(&options.iter().map(|&option| option.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn one_place_is_named_and_nothing_unknown() {
        let wanted = Order { place: "staging".to_owned(), rollback: true, dry: true };
        assert_eq!(words(&["staging", "--rollback", "--dry-run"]).unwrap(), wanted);
        for wrong in [&[][..], &["space"], &["staging", "production"], &["staging", "--force"]] {
            assert!(words(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(address("me/leads"), "https://user@huggingface.co/spaces/me/leads");
        assert_eq!(address("/srv/space.git"), "/srv/space.git");
    }

    #[test]
    fn a_deployment_stands_on_the_one_before_and_can_be_taken_back() {
        let project = Project::find().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let space = folder.path().join("space.git");
        exec::output(Command::new("git").args(["init", "--quiet", "--bare"]).arg(&space)).unwrap();
        let push = |make: &dyn Fn(&Work<'_>) -> Result<String>| {
            let place = tempfile::tempdir().unwrap();
            let work = Work::new(&project, place.path(), space.display().to_string()).unwrap();
            let commit = make(&work).unwrap();
            exec::output(&mut work.git(&["push", "--quiet", &work.address, &format!("{commit}:refs/heads/main")]))
                .unwrap();
            commit
        };
        let show =
            |what: &str| exec::output(Command::new("git").arg("--git-dir").arg(&space).args(["show", what])).unwrap();
        let first = push(&|work| work.sources(&project));
        assert!(show(&format!("{first}:README.md")).contains("sdk: docker"));
        assert!(show(&format!("{first}:Dockerfile")).contains("HEALTHCHECK"));
        let place = tempfile::tempdir().unwrap();
        let work = Work::new(&project, place.path(), space.display().to_string()).unwrap();
        work.there().unwrap();
        let head = exec::output(project.command("git").args(["rev-parse", "HEAD"])).unwrap();
        assert_eq!(work.revision(&first), head.trim());
        let second = push(&|work| {
            let empty = exec::output(&mut work.git(&["mktree"]))?;
            work.commit(empty.trim(), work.there()?, "A broken one")
        });
        let back = push(&|work| work.before());
        let log = exec::output(Command::new("git").arg("--git-dir").arg(&space).args(["log", "--format=%H", "main"]))
            .unwrap();
        assert_eq!(log.split_whitespace().collect::<Vec<_>>(), [back.as_str(), &second, &first]);
        assert!(show(&format!("{back}:README.md")).contains("sdk: docker"));
    }
}
