//! PostgreSQL for the length of a test: two servers, one of which tests may stop, and a pooler in front of the other.
//! Their data is in a temporary folder; they listen on loopback only.

use super::system;
use crate::{exec, files, project::on_path};
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

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// User of the servers where this runs as root, which they reject.
const USER: &str = "postgres";

/// Prefix that starts a program as that user by `exec`, so that a signal reaches the program itself.
const AS_USER: [&str; 5] = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"];

/// Running servers; dropping them stops them.
pub(crate) struct Postgres {
    folder: PathBuf,
    main: Cluster,
    /// The one that tests stop and start.
    stoppable: Cluster,
    pooler: Option<(Child, u16)>,
}

struct Cluster {
    /// Script that stops and starts it.
    control: PathBuf,
    port: u16,
}

impl Postgres {
    /// Finds or installs PostgreSQL and starts it; `None`, with a warning, where that fails.
    pub(crate) fn start() -> Option<Self> {
        start().inspect_err(|error| println!("!! NO POSTGRESQL: the log is tested on SQLite alone ({error:#}) !!")).ok()
    }

    /// Sets the addresses of the servers in the environment of a command.
    pub(crate) fn export(&self, command: &mut Command) {
        command.env("LEADLIGHT_TEST_POSTGRES", address(self.main.port));
        command.env("LEADLIGHT_TEST_POSTGRES_FRAGILE", address(self.stoppable.port));
        command.env("LEADLIGHT_TEST_POSTGRES_CONTROL", &self.stoppable.control);
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
        for cluster in [&self.main, &self.stoppable] {
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
    files::create_folder(&folder)?;
    if is_root()? {
        exec::output(Command::new("chown").arg(USER).arg(&folder))?;
    }
    let main = Cluster::start(&programs, &folder.join("main"))?;
    let stoppable = Cluster::start(&programs, &folder.join("stoppable"))?;
    let pooler = pooler(&folder, main.port)
        .inspect_err(|error| println!("!! NO PGBOUNCER: the log is not tested through a pooler ({error:#}) !!"))
        .ok();
    Ok(Postgres { folder, main, stoppable, pooler })
}

impl Cluster {
    fn start(programs: &Path, folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let sockets = folder.parent().unwrap_or(folder);
        let mut init = as_user(&programs.join("initdb"))?;
        init.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username", USER, "--pgdata"])
            .arg(folder);
        exec::output(&mut init)?;
        // Without fsync: data must survive the end of the server, not of the machine.
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
        files::write(&control, script)?;
        fs::set_permissions(&control, fs::Permissions::from_mode(0o755))?;
        exec::output(Command::new(&control).arg("start")).with_context(|| format!("its log is {}", log.display()))?;
        Ok(Cluster { control, port })
    }
}

/// Starts a pooler in transaction mode, as hosted ones run.
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
        if supports_prepared_statements(&program)? { "max_prepared_statements = 0\n" } else { "" },
        folder.join("pgbouncer.log").display()
    );
    files::write(&settings, text)?;
    let mut command = as_user(&program)?;
    command.arg(&settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().context("cannot start pgbouncer")?;
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(status) = child.try_wait().context("cannot check pgbouncer")? {
            bail!("pgbouncer ended with {status}");
        }
        if started.elapsed() > START_TIMEOUT {
            bail!("pgbouncer did not answer within {} s", START_TIMEOUT.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok((child, port))
}

/// True for pgbouncer 1.21 and later, which keeps prepared statements across connections. That is turned off: the strictest
/// poolers do not do it.
fn supports_prepared_statements(program: &Path) -> Result<bool> {
    let text = exec::output(Command::new(program).arg("--version"))?;
    let numbers: Vec<u32> = text
        .lines()
        .next()
        .and_then(|line| line.rsplit(' ').next())
        .map(|version| version.split('.').filter_map(|number| number.parse().ok()).collect())
        .unwrap_or_default();
    Ok(numbers >= vec![1, 21])
}

/// Path of pgbouncer, which Debian puts outside the `PATH` of users.
fn pgbouncer() -> Option<PathBuf> {
    on_path(&["pgbouncer"]).or_else(|| Some(PathBuf::from("/usr/sbin/pgbouncer")).filter(|file| file.is_file()))
}

/// Folder of the programs of the newest PostgreSQL, as Debian lays them out.
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
    // The current folder may be closed to that user.
    command.current_dir("/");
    Ok(command)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
