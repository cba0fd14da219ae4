//! A service for a test: router, database and folder, gone when the test ends.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use prediction_log::{Settings, Store, WriterTask};
use rusqlite::Connection;
use scorer::api::config::Config;
use scorer::api::http::static_site::Site;
use scorer::api::model_registry::Serving;
use scorer::api::monitor::{Monitor, ProfilerTask};
use scorer::api::state::AppState;
use scorer::api::{router, serve};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

pub(crate) struct Bench {
    pub(crate) router: Router,
    pub(crate) database: PathBuf,
    tasks: Tasks,
    _folder: TempDir,
}

/// An answer taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// What goes on behind a service.
pub(crate) struct Tasks {
    writer: WriterTask,
    profiler: ProfilerTask,
}

impl Tasks {
    async fn finish(self) {
        self.profiler.finish().await;
        self.writer.finish().await;
    }
}

/// The database in a folder.
pub(crate) const DATABASE: &str = "log.sqlite";

/// A service with a log in this file.
pub(crate) async fn service(
    serving: impl Into<Serving>,
    database: &Path,
    site: Option<Site>,
    config: Config,
) -> (Arc<AppState>, Tasks) {
    let settings = Settings::new(database.to_str().unwrap().parse().unwrap());
    let (store, writer) = Store::open(&settings).await.unwrap();
    let (monitor, profiler) = Monitor::start(&store, "test", None);
    (Arc::new(AppState::new(serving, store, monitor, site, config)), Tasks { writer, profiler })
}

impl Bench {
    pub(crate) async fn new(serving: impl Into<Serving>) -> Self {
        Self::with(serving, None, Config::default()).await
    }

    pub(crate) async fn with(serving: impl Into<Serving>, site: Option<Site>, config: Config) -> Self {
        Self::on(tempfile::tempdir().unwrap(), serving, site, config).await
    }

    /// With a folder in which there may be a database already.
    pub(crate) async fn on(folder: TempDir, serving: impl Into<Serving>, site: Option<Site>, config: Config) -> Self {
        let database = folder.path().join(DATABASE);
        let (service, tasks) = service(serving, &database, site, config).await;
        Bench { router: router(service), database, tasks, _folder: folder }
    }

    /// In process there is no connection: unless the test says otherwise, the caller is on this machine.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let here = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1)));
        request.extensions_mut().get_or_insert_with(|| here);
        self.send_as_it_is(request).await
    }

    pub(crate) async fn send_as_it_is(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Ends the writer, so that everything noted is in the database, and opens that.
    pub(crate) async fn rows(self) -> (Connection, TempDir) {
        self.tasks.finish().await;
        (open(&self.database).await, self._folder)
    }
}

pub(crate) async fn open(database: &Path) -> Connection {
    let connection = Connection::open(database).unwrap();
    connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    connection
}

pub(crate) async fn count(connection: &mut Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Rows of a query.
pub(crate) fn query<T>(
    connection: &Connection,
    sql: &str,
    row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    connection.prepare(sql).unwrap().query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// A service at an address of its own, until it is told to stop or dropped.
pub(crate) struct Socket {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    _tasks: Tasks,
    _folder: TempDir,
}

impl Socket {
    pub(crate) async fn start(serving: impl Into<Serving>, config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join(DATABASE);
        let (service, tasks) = service(serving, &database, None, config).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, service, async move { drop(stopped.await) }));
        Socket { address, stop: Some(stop), task, _tasks: tasks, _folder: folder }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// What comes until the other side closes.
    pub(crate) async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }

    pub(crate) fn tell_to_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    pub(crate) async fn ended(self) {
        self.task.await.unwrap();
    }
}

/// What comes until the other side closes.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that was cut off ends too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}
