//! PostgreSQL for the length of a test: two servers of the project's own, one of which tests may stop, and a pooler in
//! front of the other. Data in a temporary folder, loopback only, gone at the end.

use super::system;
use crate::{exec, project::on_path};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// Who runs the servers where this is root, which they refuse.
const USER: &str = "postgres";

/// How a program becomes that user's: in this very process, so that whoever stops it stops the program itself.
const AS_USER: [&str; 5] = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"];

/// Running servers; dropping them stops them.
pub(crate) struct Postgres {
    folder: PathBuf,
    steady: Cluster,
    fragile: Cluster,
    pooler: Option<(Child, u16)>,
}

struct Cluster {
    /// A script that stops and starts it.
    control: PathBuf,
    port: u16,
}

impl Postgres {
    /// Finds or installs PostgreSQL and starts it; `None`, told loudly, where it cannot be had.
    pub(crate) fn start() -> Option<Self> {
        start().inspect_err(|error| println!("!! NO POSTGRESQL: the log is tested on SQLite alone ({error:#}) !!")).ok()
    }

    /// Tells a command where the servers are.
    pub(crate) fn announce(&self, command: &mut Command) {
        command.env("LEADLIGHT_TEST_POSTGRES", address(self.steady.port));
        command.env("LEADLIGHT_TEST_POSTGRES_FRAGILE", address(self.fragile.port));
        command.env("LEADLIGHT_TEST_POSTGRES_CONTROL", &self.fragile.control);
        if let Some((_, port)) = &self.pooler {
            command.env("LEADLIGHT_TEST_PGBOUNCER", address(*port));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some((pooler, _)) = &mut self.pooler {
            // It may have ended by itself; then there is nothing to stop.
            let _ = pooler.kill();
            let _ = pooler.wait();
        }
        for cluster in [&self.steady, &self.fragile] {
            exec::succeeds(Command::new(&cluster.control).args(["stop", "-m", "immediate"]));
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            println!("cannot remove {}: {error}", self.folder.display());
        }
    }
}

fn address(port: u16) -> String {
    format!("postgresql://{USER}@127.0.0.1:{port}/postgres")
}

fn start() -> Result<Postgres> {
    let programs = match programs() {
        Some(programs) => programs,
        None => {
            system::install("PostgreSQL", &["postgresql"])?;
            programs().context("postgresql was installed, but its programs are not in /usr/lib/postgresql")?
        }
    };
    let folder = std::env::temp_dir().join(format!("leadlight-postgres-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    if is_root()? {
        exec::output(Command::new("chown").arg(USER).arg(&folder))?;
    }
    let steady = Cluster::start(&programs, &folder.join("steady"))?;
    let fragile = Cluster::start(&programs, &folder.join("fragile"))?;
    let pooler = pooler(&folder, steady.port)
        .inspect_err(|error| println!("!! NO PGBOUNCER: the log is not tested through a pooler ({error:#}) !!"))
        .ok();
    Ok(Postgres { folder, steady, fragile, pooler })
}

impl Cluster {
    fn start(programs: &Path, folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let sockets = folder.parent().unwrap_or(folder);
        let mut init = as_user(&programs.join("initdb"))?;
        init.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username", USER, "--pgdata"])
            .arg(folder);
        exec::output(&mut init)?;
        // What a test wrote need not outlive the machine; what it committed must outlive the server.
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c max_connections=200 -k {}",
            sockets.display()
        );
        let prefix = if is_root()? { AS_USER.join(" ") + " " } else { String::new() };
        let (program, log) = (programs.join("pg_ctl"), folder.with_extension("log"));
        let script = format!(
            "#!/bin/sh\nexec {prefix}'{}' -D '{}' -l '{}' -o '{options}' -w -s \"$@\" < /dev/null > /dev/null\n",
            program.display(),
            folder.display(),
            log.display()
        );
        let control = folder.with_extension("control");
        fs::write(&control, script).with_context(|| format!("cannot write {}", control.display()))?;
        fs::set_permissions(&control, fs::Permissions::from_mode(0o755))?;
        exec::output(Command::new(&control).arg("start")).with_context(|| format!("its log is {}", log.display()))?;
        Ok(Cluster { control, port })
    }
}

/// A pooler that lends a connection for one transaction, as the hosted ones do.
fn pooler(folder: &Path, server: u16) -> Result<(Child, u16)> {
    if pgbouncer().is_none() {
        system::install("pgbouncer", &["pgbouncer"])?;
    }
    let program = pgbouncer().context("pgbouncer was installed, but is nowhere")?;
    let port = free_port()?;
    let settings = folder.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={server} user={USER}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 200\n\
         {}logfile = {}\n",
        if keeps_statements(&program)? { "max_prepared_statements = 0\n" } else { "" },
        folder.join("pgbouncer.log").display()
    );
    fs::write(&settings, text).with_context(|| format!("cannot write {}", settings.display()))?;
    let mut command = as_user(&program)?;
    command.arg(&settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().context("cannot start pgbouncer")?;
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(status) = child.try_wait().context("cannot tell whether pgbouncer runs")? {
            bail!("pgbouncer ended with {status}");
        }
        if started.elapsed() > PATIENCE {
            bail!("pgbouncer did not answer within {} s", PATIENCE.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok((child, port))
}

/// Whether it can keep prepared statements across connections, and so be told not to, as the poolers that are hardest to
/// please do not; since 1.21.
fn keeps_statements(program: &Path) -> Result<bool> {
    let text = exec::output(Command::new(program).arg("--version"))?;
    let numbers: Vec<u32> = text
        .lines()
        .next()
        .and_then(|line| line.rsplit(' ').next())
        .map(|version| version.split('.').filter_map(|number| number.parse().ok()).collect())
        .unwrap_or_default();
    Ok(numbers >= vec![1, 21])
}

/// Debian puts it where only root looks.
fn pgbouncer() -> Option<PathBuf> {
    on_path(&["pgbouncer"]).or_else(|| Some(PathBuf::from("/usr/sbin/pgbouncer")).filter(|file| file.is_file()))
}

/// The folder of the newest PostgreSQL's programs, where Debian puts them.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder)
}

fn is_root() -> Result<bool> {
    Ok(exec::output(Command::new("id").arg("-u"))?.trim() == "0")
}

fn as_user(program: &Path) -> Result<Command> {
    if !is_root()? {
        return Ok(Command::new(program));
    }
    let [setpriv, options @ ..] = AS_USER;
    let mut command = Command::new(setpriv);
    command.args(options).arg(program);
    // Its own folder may be closed to that user.
    command.current_dir("/");
    Ok(command)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
