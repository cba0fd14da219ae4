//! Test application: router, database and folder, removed when the test ends.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use prediction_log::{Settings, Store, WriterTask};
use rusqlite::Connection;
use scorer::api::config::Config;
use scorer::api::http::static_site::Site;
use scorer::api::model_registry::ModelRegistry;
use scorer::api::monitor::{AggregatorTask, Monitor};
use scorer::api::state::AppState;
use scorer::api::{router, serve};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) database: PathBuf,
    tasks: Tasks,
    _folder: TempDir,
}

/// Collected response.
#[derive(Debug)]
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl TestResponse {
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

/// Background tasks of a service.
pub(crate) struct Tasks {
    writer: WriterTask,
    aggregator: AggregatorTask,
}

impl Tasks {
    async fn finish(self) {
        self.aggregator.finish().await;
        self.writer.finish().await;
    }
}

/// File name of the database.
pub(crate) const DATABASE: &str = "log.sqlite";

/// Creates a service with its log in this file.
pub(crate) async fn service(
    models: impl Into<ModelRegistry>,
    database: &Path,
    site: Option<Site>,
    config: Config,
) -> (Arc<AppState>, Tasks) {
    let settings = Settings::new(database.to_str().unwrap().parse().unwrap());
    let (store, writer) = Store::open(&settings).await.unwrap();
    let (monitor, aggregator) = Monitor::start(&store, "test", None);
    (Arc::new(AppState::new(models, store, monitor, site, config)), Tasks { writer, aggregator })
}

impl TestApp {
    pub(crate) async fn new(models: impl Into<ModelRegistry>) -> Self {
        Self::with(models, None, Config::default()).await
    }

    pub(crate) async fn with(models: impl Into<ModelRegistry>, site: Option<Site>, config: Config) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), models, site, config).await
    }

    /// Uses a folder that may already have a database.
    pub(crate) async fn in_folder(
        folder: TempDir,
        models: impl Into<ModelRegistry>,
        site: Option<Site>,
        config: Config,
    ) -> Self {
        let database = folder.path().join(DATABASE);
        let (service, tasks) = service(models, &database, site, config).await;
        TestApp { router: router(service), database, tasks, _folder: folder }
    }

    /// Sends a request; without a peer address in it, the caller is on localhost.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> TestResponse {
        let here = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1)));
        request.extensions_mut().get_or_insert_with(|| here);
        self.send_without_peer(request).await
    }

    pub(crate) async fn send_without_peer(&self, request: Request<Body>) -> TestResponse {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        TestResponse { status: head.status, headers: head.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> TestResponse {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Stops the writer, so that all rows are in the database, and opens it.
    pub(crate) async fn rows(self) -> (Connection, TempDir) {
        self.tasks.finish().await;
        (open(&self.database).await, self._folder)
    }
}

pub(crate) async fn open(database: &Path) -> Connection {
    let connection = Connection::open(database).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    connection
}

pub(crate) async fn count(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Rows of a query, each converted by `row`.
pub(crate) fn query<T>(
    connection: &Connection,
    sql: &str,
    row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    connection.prepare(sql).unwrap().query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// Service listening on its own port until stopped or dropped.
pub(crate) struct Socket {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    _tasks: Tasks,
    _folder: TempDir,
}

impl Socket {
    pub(crate) async fn start(models: impl Into<ModelRegistry>, config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join(DATABASE);
        let (service, tasks) = service(models, &database, None, config).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, service, async move { drop(stopped.await) }));
        Socket { address, stop: Some(stop), task, _tasks: tasks, _folder: folder }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Reads until the server closes.
    pub(crate) async fn request(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        read_to_end(&mut stream).await
    }

    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    pub(crate) async fn join(self) {
        self.task.await.unwrap();
    }
}

/// Reads until the server closes.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset connection ends too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}
