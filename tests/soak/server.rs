//! The server process under test: started, killed, restarted at the same address, stopped; on a small disk of its own where
//! a mount namespace can be made.

use std::collections::HashSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Size of the small disk, and bytes of a file on it that is deleted to make room.
const DISK: &str = "size=6m";
const FILLER_BYTES: usize = 3 << 20;

pub(crate) struct ServerProcess {
    folder: TempDir,
    address: String,
    child: Option<Child>,
    /// `None` on the small disk, which has its own.
    database: Option<String>,
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

impl ServerProcess {
    pub(crate) fn new(database: &str) -> Self {
        let mut server = ServerProcess::empty(Some(database.to_owned()));
        server.start();
        server
    }

    /// `None` where this user may make no mount namespace.
    pub(crate) fn on_small_disk() -> Option<Self> {
        let mut probe = Command::new("unshare");
        probe.args(["--mount", "sh", "-c", "mount -t tmpfs none /mnt"]).stdout(Stdio::null()).stderr(Stdio::null());
        if !probe.status().is_ok_and(|status| status.success()) {
            return None;
        }
        let mut server = ServerProcess::empty(None);
        server.start();
        Some(server)
    }

    fn empty(database: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        ServerProcess { folder: TempDir::new().unwrap(), address, child: None, database }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Starts the program, on the small disk within a mount namespace.
    fn start(&mut self) {
        let port = self.address.rsplit_once(':').unwrap().1;
        let program = env!("CARGO_BIN_EXE_leadlight");
        let mut command = if let Some(database) = &self.database {
            let mut command = Command::new(program);
            command.args(["serve", "--port", port, "--database", database]);
            command.arg("--spool").arg(self.folder.path().join("spool"));
            command
        } else {
            let script = format!(
                "mount -t tmpfs -o {DISK} none \"$1\" && head -c {FILLER_BYTES} /dev/zero > \"$1/filler\" && \
                 exec \"$2\" serve --port {port} --database \"$1/leads.sqlite\" --spool \"$1/spool\""
            );
            let mut command = Command::new("unshare");
            command.args(["--mount", "--propagation", "private", "sh", "-c", &script, "soak"]);
            command.arg(self.folder.path()).arg(program);
            command
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LEADLIGHT_")) {
            command.env_remove(name);
        }
        command.env_remove("DATABASE_URL").env("LEADLIGHT_MODELS", root().join("models"));
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let started = Instant::now();
        while !self.is_ready() {
            assert!(started.elapsed() < Duration::from_secs(30), "it did not become ready");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn is_ready(&self) -> bool {
        ureq::get(format!("http://{}/readyz", self.address)).call().is_ok()
    }

    pub(crate) fn reload(&self) {
        let response = ureq::post(format!("http://{}/admin/model", self.address)).send(r#"{"action": "reload"}"#);
        assert_eq!(response.unwrap().status().as_u16(), 200);
    }

    pub(crate) fn kill_and_restart(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self.start();
    }

    /// Stops the program by SIGTERM, on which it writes all pending rows.
    pub(crate) fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        let sent = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
        assert!(sent.success() && child.wait().unwrap().success());
    }

    /// Resident memory in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let id = self.child.as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Makes room on the small disk, waits until the log has recovered, and returns the ids in it.
    pub(crate) fn ids_after_making_room(&mut self) -> HashSet<String> {
        let id = self.child.as_ref().unwrap().id();
        // Seen from outside the mount namespace.
        let disk = PathBuf::from(format!("/proc/{id}/root{}", self.folder.path().display()));
        std::fs::remove_file(disk.join("filler")).unwrap();
        self.wait_until_recovered();
        let copy = TempDir::new().unwrap();
        for ending in ["", "-wal", "-shm"] {
            let name = format!("leads.sqlite{ending}");
            if disk.join(&name).exists() {
                std::fs::copy(disk.join(&name), copy.path().join(&name)).unwrap();
            }
        }
        let database = rusqlite::Connection::open(copy.path().join("leads.sqlite")).unwrap();
        let mut rows = database.prepare("SELECT id FROM prediction_logs").unwrap();
        let ids = rows.query_map([], |row| row.get(0)).unwrap();
        ids.collect::<Result<_, _>>().unwrap()
    }

    /// Waits until the database is writable and the spool replayed.
    pub(crate) fn wait_until_recovered(&self) {
        let started = Instant::now();
        while !self.is_connected() {
            assert!(started.elapsed() < Duration::from_secs(60), "the log does not recover");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn is_connected(&self) -> bool {
        let response = ureq::get(format!("http://{}/readyz", self.address)).call();
        response.is_ok_and(|mut response| {
            response.body_mut().read_to_string().is_ok_and(|text| text.contains("\"connected\""))
        })
    }
}
