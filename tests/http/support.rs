//! A service for a test: router, database and folder, gone when the test ends.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use scorer::api::config::Config;
use scorer::api::router;
use scorer::api::site::Site;
use scorer::api::state::Service;
use scorer::api::store::{Settings, Store, WriterTask};
use scorer::pipeline::Scorer;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) struct Bench {
    pub(crate) router: Router,
    pub(crate) database: PathBuf,
    writer: WriterTask,
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

impl Bench {
    pub(crate) async fn new(scorer: Option<Scorer>) -> Self {
        Self::with(scorer, None, Config::default()).await
    }

    pub(crate) async fn with(scorer: Option<Scorer>, site: Option<Site>, config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("log.sqlite");
        let (store, writer) = Store::open(&Settings::new(database.to_str().unwrap().parse().unwrap())).await.unwrap();
        let router = router(Arc::new(Service::new(scorer, store, site, config)));
        Bench { router, database, writer, _folder: folder }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
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
    pub(crate) async fn rows(self) -> (SqliteConnection, TempDir) {
        self.writer.finish().await;
        (open(&self.database).await, self._folder)
    }
}

pub(crate) async fn open(database: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database).create_if_missing(true).connect().await.unwrap()
}

pub(crate) async fn count(connection: &mut SqliteConnection, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}
