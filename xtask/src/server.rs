//! A server process for the length of a test: a free port, a log file, stopped when dropped.

use crate::{files, project::Project};
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsStr,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running server; dropping it stops it.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts `program serve` on a free port and waits until it is healthy. Its log, and its database where the options
    /// name none, are in the folder `data`.
    pub(crate) fn start(project: &Project, program: &Path, data: &Path, options: &[&OsStr]) -> Result<Self> {
        let address = Self::free_address()?;
        let mut command = project.command(program);
        command.env_remove("DATABASE_URL").args(["serve", "--host", "127.0.0.1"]);
        command.arg("--port").arg(address.port().to_string()).args(options);
        if !options.contains(&"--database".as_ref()) {
            command.arg("--database").arg(data.join("leadlight.sqlite"));
        }
        Self::spawn(&mut command, address, &data.join("server.log"))
    }

    /// Starts `program serve` with the shipped models and a site, on an empty folder of this name under the target folder.
    pub(crate) fn start_with_site(project: &Project, program: &Path, site: &Path, name: &str) -> Result<Self> {
        let data = Self::empty_folder(project, name)?;
        let options: [&OsStr; 4] = ["--models".as_ref(), "models".as_ref(), "--site".as_ref(), site.as_os_str()];
        Self::start(project, program, &data, &options)
    }

    /// Starts a program that listens at this address and waits until it is healthy.
    pub(crate) fn spawn(command: &mut Command, address: SocketAddr, log: &Path) -> Result<Self> {
        // The output goes to a file: between the results of the tests nobody could read it.
        let file = fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let mut server = Self { child, address };
        server.wait_until_healthy().with_context(|| format!("its log is {}", log.display()))?;
        Ok(server)
    }

    /// An empty folder of this name under the target folder.
    pub(crate) fn empty_folder(project: &Project, name: &str) -> Result<PathBuf> {
        let folder = project.target.join(name);
        files::empty_folder(&folder)?;
        Ok(folder)
    }

    /// A loopback address with a free port.
    pub(crate) fn free_address() -> Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
        Ok(listener.local_addr()?)
    }

    /// Base URL, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// A reader of its memory, for any thread.
    pub(crate) fn memory(&self) -> ProcessMemory {
        ProcessMemory::new(self.child.id())
    }

    fn wait_until_healthy(&mut self) -> Result<()> {
        let started = Instant::now();
        while !is_healthy(self.address) {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended before it answered ({status})");
            }
            if started.elapsed() > START_TIMEOUT {
                bail!("the server did not answer within {} s", START_TIMEOUT.as_secs());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Memory of a process, read from Linux's `/proc`.
pub(crate) struct ProcessMemory(String);

impl ProcessMemory {
    pub(crate) fn new(process: u32) -> Self {
        ProcessMemory(format!("/proc/{process}/status"))
    }

    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        let status = files::read_text(Path::new(&self.0))?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let kilobytes: u64 = kilobytes.and_then(|number| number.parse().ok()).context("no resident size in /proc")?;
        Ok(kilobytes << 10)
    }
}

fn is_healthy(address: SocketAddr) -> bool {
    let get = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        Ok(response)
    };
    get().is_ok_and(|response| response.starts_with("HTTP/1.1 200"))
}
