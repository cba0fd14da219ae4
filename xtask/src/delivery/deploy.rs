//! Deployment to a Space: the committed sources with the Space's own README, pushed as one commit on top of the last
//! deployment; and rollback to the one that preceded it. The token comes from the environment and stays there.

use super::{image::REVISION, place::Place};
use crate::{exec, files, project::Project};
use anyhow::{Context, Result};
use clap::Args;
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// README with the build settings of a Space.
const README: &str = "deploy/space/README.md";
const BRANCH: &str = "main";
/// Program that git runs for the token.
const ASKPASS: &str = "#!/bin/sh\nprintf '%s\\n' \"$HF_TOKEN\"\n";

/// Options of `cargo xtask deploy`.
#[derive(Debug, Args)]
pub(crate) struct DeployOptions {
    place: Place,
    /// Push the tree that preceded the last deployment
    #[arg(long)]
    rollback: bool,
    /// Show the commit and push nothing
    #[arg(long)]
    dry_run: bool,
}

/// Deploys to the Space in STAGING_SPACE or PRODUCTION_SPACE, `owner/name` or a git address; HF_TOKEN gives access.
pub(crate) fn run(project: &Project, options: &DeployOptions) -> Result<()> {
    let variable = format!("{}_SPACE", options.place.to_string().to_uppercase());
    let space = env::var(&variable).ok().filter(|space| !space.is_empty());
    let address = address(&space.with_context(|| format!("{variable} should name the Space, as owner/name"))?);
    let folder = tempfile::tempdir().context("cannot make a folder to work in")?;
    let repository = Repository::new(project, folder.path(), address)?;
    let commit = if options.rollback { repository.commit_previous()? } else { repository.commit_sources(project)? };
    exec::run(
        repository
            .git(&["--no-pager", "show", "--stat=100", "--stat-count=20", "--format=%h %s", &commit])
            .env("GIT_PAGER", ""),
    )?;
    if options.dry_run {
        println!("nothing was pushed");
        return Ok(());
    }
    exec::run(&mut repository.git(&[
        "push",
        "--quiet",
        &repository.address,
        &format!("{commit}:refs/heads/{BRANCH}"),
    ]))?;
    let revision = repository.revision(&commit);
    println!("pushed {revision} to {}", options.place);
    write_github_output(&revision)
}

/// Sets the step output `revision` in a GitHub workflow.
fn write_github_output(revision: &str) -> Result<()> {
    let Some(path) = env::var_os("GITHUB_OUTPUT").filter(|path| !path.is_empty()) else { return Ok(()) };
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).context("cannot open GITHUB_OUTPUT")?;
    writeln!(file, "revision={revision}").context("cannot write GITHUB_OUTPUT")
}

/// Git address of a Space; a git address is taken as it is.
fn address(space: &str) -> String {
    let is_name = !space.contains("://") && !space.starts_with(['/', '.']);
    if is_name { format!("https://user@huggingface.co/spaces/{space}") } else { space.to_owned() }
}

/// Temporary repository in which the commit is made.
struct Repository<'p> {
    project: &'p Project,
    folder: PathBuf,
    address: String,
}

impl<'p> Repository<'p> {
    fn new(project: &'p Project, folder: &Path, address: String) -> Result<Self> {
        let repository = Repository { project, folder: folder.to_owned(), address };
        exec::output(&mut repository.git(&["init", "--quiet", "--initial-branch", BRANCH]))?;
        files::write(&repository.folder.join(".git/askpass"), ASKPASS)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(repository.folder.join(".git/askpass"), fs::Permissions::from_mode(0o700))?;
        }
        Ok(repository)
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

    /// Newest commit of the Space, fetched; `None` for an empty one.
    fn fetch_head(&self) -> Result<Option<String>> {
        let heads = exec::output(&mut self.git(&["ls-remote", &self.address, &format!("refs/heads/{BRANCH}")]))?;
        let Some(commit) = heads.split_whitespace().next().map(str::to_owned) else { return Ok(None) };
        exec::output(&mut self.git(&["fetch", "--quiet", &self.address, &commit]))?;
        Ok(Some(commit))
    }

    /// Commits the committed sources on top of the Space's newest commit.
    fn commit_sources(&self, project: &Project) -> Result<String> {
        let source = exec::output(project.command("git").args(["rev-parse", "HEAD"]))?.trim().to_owned();
        let root = project.root.display().to_string();
        exec::output(&mut self.git(&["fetch", "--quiet", "--depth=1", &root, &source]))?;
        exec::output(&mut self.git(&["read-tree", &source]))?;
        self.add("README.md", &files::read(&project.root.join(README))?)?;
        self.add(REVISION, source.as_bytes())?;
        let tree = exec::output(&mut self.git(&["write-tree"]))?;
        self.commit(tree.trim(), self.fetch_head()?, &format!("Deploy {}", source.get(..12).unwrap_or(&source)))
    }

    /// Adds a file to the index.
    fn add(&self, name: &str, bytes: &[u8]) -> Result<()> {
        files::write(&self.folder.join("file"), bytes)?;
        let blob = exec::output(&mut self.git(&["hash-object", "-w", "file"]))?;
        let entry = format!("100644,{},{name}", blob.trim());
        exec::output(&mut self.git(&["update-index", "--add", "--cacheinfo", &entry]))?;
        Ok(())
    }

    /// Revision file of a commit of the Space: the commit of its sources; empty for deployments without that file.
    fn revision(&self, commit: &str) -> String {
        exec::output(&mut self.git(&["show", &format!("{commit}:{REVISION}")])).unwrap_or_default().trim().to_owned()
    }

    /// Commits the tree that preceded the newest commit on top of it: history is never rewritten.
    fn commit_previous(&self) -> Result<String> {
        let head = self.fetch_head()?.context("there is nothing to go back from")?;
        let tree = exec::output(&mut self.git(&["rev-parse", "--verify", "--quiet", &format!("{head}~1^{{tree}}")]));
        let tree = tree.ok().context("there is nothing to go back to: this is the first deployment")?;
        self.commit(tree.trim(), Some(head.clone()), &format!("Go back before {}", head.get(..12).unwrap_or(&head)))
    }

    fn commit(&self, tree: &str, parent: Option<String>, message: &str) -> Result<String> {
        let mut commit = self.git(&["commit-tree", tree, "-m", message]);
        if let Some(parent) = &parent {
            commit.args(["-p", parent]);
        }
        Ok(exec::output(&mut commit)?.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_becomes_an_address_and_an_address_stays() {
        assert_eq!(address("me/leads"), "https://user@huggingface.co/spaces/me/leads");
        assert_eq!(address("/srv/space.git"), "/srv/space.git");
    }

    #[test]
    fn a_deployment_follows_the_previous_one_and_can_be_rolled_back() {
        let project = Project::find().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let space = folder.path().join("space.git");
        exec::output(Command::new("git").args(["init", "--quiet", "--bare"]).arg(&space)).unwrap();
        let push = |make: &dyn Fn(&Repository<'_>) -> Result<String>| {
            let local = tempfile::tempdir().unwrap();
            let repository = Repository::new(&project, local.path(), space.display().to_string()).unwrap();
            let commit = make(&repository).unwrap();
            let target = format!("{commit}:refs/heads/main");
            exec::output(&mut repository.git(&["push", "--quiet", &repository.address, &target])).unwrap();
            commit
        };
        let show =
            |what: &str| exec::output(Command::new("git").arg("--git-dir").arg(&space).args(["show", what])).unwrap();
        let first = push(&|repository| repository.commit_sources(&project));
        assert!(show(&format!("{first}:README.md")).contains("sdk: docker"));
        assert!(show(&format!("{first}:Dockerfile")).contains("HEALTHCHECK"));
        let local = tempfile::tempdir().unwrap();
        let repository = Repository::new(&project, local.path(), space.display().to_string()).unwrap();
        repository.fetch_head().unwrap();
        let head = exec::output(project.command("git").args(["rev-parse", "HEAD"])).unwrap();
        assert_eq!(repository.revision(&first), head.trim());
        let second = push(&|repository| {
            let empty = exec::output(&mut repository.git(&["mktree"]))?;
            repository.commit(empty.trim(), repository.fetch_head()?, "A broken one")
        });
        let back = push(&|repository| repository.commit_previous());
        let log = exec::output(Command::new("git").arg("--git-dir").arg(&space).args(["log", "--format=%H", "main"]))
            .unwrap();
        assert_eq!(log.split_whitespace().collect::<Vec<_>>(), [back.as_str(), &second, &first]);
        assert!(show(&format!("{back}:README.md")).contains("sdk: docker"));
    }
}
