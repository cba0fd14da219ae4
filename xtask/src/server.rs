//! A server of the project's own for the length of a test: a free port, a database of its own, stopped at the end.

use crate::project::Project;
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

const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; dropping it stops it.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts `program serve` on a free port and waits until it is healthy; its log goes to a folder, as its database does
    /// where the options name none.
    pub(crate) fn start(project: &Project, program: &Path, data: &Path, options: &[&OsStr]) -> Result<Self> {
        let address = Self::free_address()?;
        let mut command = project.command(program);
        command.env_remove("DATABASE_URL").args(["serve", "--host", "127.0.0.1"]);
        command.arg("--port").arg(address.port().to_string()).args(options);
        if !options.contains(&"--database".as_ref()) {
            command.arg("--database").arg(data.join("leadlight.sqlite"));
        }
        Self::run(&mut command, address, &data.join("server.log"))
    }

    /// Starts a program that answers at this address and waits until it is healthy.
    pub(crate) fn run(command: &mut Command, address: SocketAddr, log: &Path) -> Result<Self> {
        // What it says goes to a file: between the results of the tests nobody could read it.
        let file = fs::File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let mut server = Self { child, address };
        server.wait().with_context(|| format!("its log is {}", log.display()))?;
        Ok(server)
    }

    /// A folder of this name under the target folder, with nothing in it.
    pub(crate) fn folder(project: &Project, name: &str) -> Result<PathBuf> {
        let data = project.target.join(name);
        if data.exists() {
            fs::remove_dir_all(&data).with_context(|| format!("cannot empty {}", data.display()))?;
        }
        fs::create_dir_all(&data).with_context(|| format!("cannot create {}", data.display()))?;
        Ok(data)
    }

    /// An address that nobody listens at.
    pub(crate) fn free_address() -> Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
        Ok(listener.local_addr()?)
    }

    /// Where it answers, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it answers, as host and port.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Tells how much memory it holds, to any thread.
    pub(crate) fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }

    fn wait(&mut self) -> Result<()> {
        let started = Instant::now();
        while !is_healthy(self.address) {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended before it answered ({status})");
            }
            if started.elapsed() > PATIENCE {
                bail!("the server did not answer within {} s", PATIENCE.as_secs());
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

/// How much memory a server holds, as Linux tells.
pub(crate) struct Memory(String);

impl Memory {
    /// Of the process with this number.
    pub(crate) fn of(process: u32) -> Self {
        Memory(format!("/proc/{process}/status"))
    }

    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(&self.0).with_context(|| format!("cannot read {}", self.0))?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let kilobytes: u64 = kilobytes.and_then(|number| number.parse().ok()).context("the server tells no memory")?;
        Ok(kilobytes << 10)
    }
}

fn is_healthy(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
