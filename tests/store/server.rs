//! PostgreSQL outages: stopped servers and cut connections lose and duplicate nothing.

use crate::fixtures::entry;
use crate::outage::{Load, assert_logged, log_entries, wait_until_connected};
use crate::test_database::TestDatabase;
use prediction_log::{PredictionQuery, Settings, Store, StoreError, StoreState};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// TCP proxy whose connections can be cut.
struct Proxy {
    address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    /// Bytes from clients that are forwarded before the connection is cut.
    left: Arc<AtomicUsize>,
}

impl Proxy {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy {
            address: listener.local_addr().unwrap(),
            is_cut: Arc::default(),
            left: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        let (is_cut, left) = (proxy.is_cut.clone(), proxy.left.clone());
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (server, is_cut, left) = (server.clone(), is_cut.clone(), left.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(server).await.unwrap();
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = carry(from_client, to_server, &is_cut, Some(&left)) => {}
                        () = carry(from_server, to_client, &is_cut, None) => {}
                    }
                });
            }
        });
        proxy
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    is_cut: &AtomicBool,
    left: Option<&AtomicUsize>,
) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        let read = tokio::time::timeout(Duration::from_millis(10), from.read(&mut bytes)).await;
        if is_cut.load(Ordering::SeqCst) {
            return;
        }
        let Ok(read) = read else { continue };
        let Ok(count @ 1..) = read else { return };
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
        if let Some(left) = left {
            let before = left.load(Ordering::SeqCst);
            left.store(before.saturating_sub(count), Ordering::SeqCst);
            if before <= count {
                // Cut when the server has it and before anyone hears of it.
                is_cut.store(true, Ordering::SeqCst);
                return;
            }
        }
    }
}

/// A database behind a proxy.
async fn proxied(variable: &str) -> Option<(TestDatabase, Proxy)> {
    let mut database = TestDatabase::postgres(variable).await?.with_spool();
    let address = std::env::var(variable).unwrap();
    let (_, place_of) = address.rsplit_once('@').unwrap();
    let proxy = Proxy::to(place_of.split_once('/').unwrap().0.to_owned()).await;
    let name = database.settings.database_url.to_string().rsplit_once('/').unwrap().1.to_owned();
    let location = format!("postgresql://postgres@{}/{name}", proxy.address).parse().unwrap();
    database.settings = Settings { database_url: location, ..database.settings };
    Some((database, proxy))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_anywhere_loses_and_duplicates_nothing() {
    for variable in ["LEADLIGHT_TEST_POSTGRES", "LEADLIGHT_TEST_PGBOUNCER"] {
        let Some((database, proxy)) = proxied(variable).await else { return };
        let (store, writer) = database.open().await;
        let mut acknowledged = log_entries(&store, 1).await;
        // Each group takes some thousand bytes: cut at many places of them, the commit among these.
        for round in 0..40 {
            proxy.left.store(300 + round * 97, Ordering::SeqCst);
            acknowledged.extend(log_entries(&store, 4).await);
            proxy.left.store(usize::MAX, Ordering::SeqCst);
            proxy.is_cut.store(false, Ordering::SeqCst);
            store.log_request(crate::fixtures::request("/predict", 200, crate::fixtures::now()));
        }
        wait_until_connected(&store).await;
        acknowledged.extend(log_entries(&store, 1).await);
        assert_eq!(acknowledged.len(), 162, "with a spool, everything is acknowledged");
        assert_logged(&database, &acknowledged).await;
        writer.finish().await;
        let sums = database
            .connect()
            .await
            .number("SELECT CAST(sum(calls) AS BIGINT) FROM call_sums WHERE level = 'hour'")
            .await;
        assert_eq!((database.count("api_metrics").await, sums), (40, 40));
    }
}

/// One test at a time may stop the server.
static FRAGILE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn control(arguments: &[&str]) {
    let script = std::env::var("LEADLIGHT_TEST_POSTGRES_CONTROL").unwrap();
    assert!(Command::new(script).args(arguments).status().unwrap().success(), "{arguments:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stopped_under_load_loses_nothing() {
    let _alone = FRAGILE.lock().await;
    let Some(database) = TestDatabase::postgres("LEADLIGHT_TEST_POSTGRES_FRAGILE").await else { return };
    let database = database.with_spool();
    let (store, writer) = database.open().await;
    let load = Load::start(&store, 4, 10, || tokio::time::sleep(Duration::from_millis(1)));
    for how in ["fast", "immediate"] {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tokio::task::block_in_place(|| control(&["stop", "-m", how]));
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(matches!(store.state(), StoreState::Degraded { spooled_rows: 1.. }), "{:?}", store.state());
        assert!(matches!(store.predictions(&PredictionQuery::default()).await, Err(StoreError::NotRead)));
        assert!(matches!(store.erase_lead("ada").await, Err(StoreError::NotWritten)));
        tokio::task::block_in_place(|| control(&["start"]));
        // The load goes on all the while.
        wait_until_connected(&store).await;
    }
    let acknowledged = load.stop().await;
    wait_until_connected(&store).await;
    println!("{} acknowledged around two stops of the server", acknowledged.len());
    assert_logged(&database, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_unavailable_at_startup_is_migrated_later() {
    let _alone = FRAGILE.lock().await;
    let Some(mut database) = TestDatabase::postgres("LEADLIGHT_TEST_POSTGRES_FRAGILE").await else { return };
    tokio::task::block_in_place(|| control(&["stop", "-m", "fast"]));
    // Without a spool it starts too, and acknowledges nothing.
    let (store, writer) = database.open().await;
    assert_eq!(store.state(), StoreState::Lost);
    assert!(store.log(entry()).await.is_err());
    writer.finish().await;
    database = database.with_spool();
    let (store, writer) = database.open().await;
    assert_eq!(store.state(), StoreState::Degraded { spooled_rows: 0 });
    let acknowledged = log_entries(&store, 20).await;
    assert_eq!(acknowledged.len(), 20);
    tokio::task::block_in_place(|| control(&["start"]));
    wait_until_connected(&store).await;
    assert_logged(&database, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_database_name_is_refused() {
    let Some(database) = TestDatabase::postgres("LEADLIGHT_TEST_POSTGRES").await else { return };
    let address = std::env::var("LEADLIGHT_TEST_POSTGRES").unwrap();
    let address = format!("{}/none", address.rsplit_once('/').unwrap().0);
    let settings = Settings { database_url: address.parse().unwrap(), ..database.settings.clone() };
    let refused = Store::open(&settings).await.err().unwrap().to_string();
    assert!(refused.contains("does not exist"), "{refused}");
}
