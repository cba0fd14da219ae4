//! A server goes away and comes back, or is cut off in the middle: nothing acknowledged is missing, nothing is there
//! twice.

use crate::fault::{Load, assert_kept, log, until_connected};
use crate::place::Place;
use crate::row::entry;
use prediction_log::{Recent, Settings, Store, StoreError, StoreState};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A way to a server that can be cut.
struct Wire {
    address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    /// Bytes from clients that are let through before the wire is cut by itself.
    left: Arc<AtomicUsize>,
}

impl Wire {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Wire {
            address: listener.local_addr().unwrap(),
            is_cut: Arc::default(),
            left: Arc::new(AtomicUsize::new(usize::MAX)),
        };
        let (is_cut, left) = (wire.is_cut.clone(), wire.left.clone());
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
        wire
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

/// A database at the steady server behind a wire.
async fn wired(variable: &str) -> Option<(Place, Wire)> {
    let mut place = Place::postgres(variable).await?.with_spool();
    let address = std::env::var(variable).unwrap();
    let (_, place_of) = address.rsplit_once('@').unwrap();
    let wire = Wire::to(place_of.split_once('/').unwrap().0.to_owned()).await;
    let name = place.settings.location.to_string().rsplit_once('/').unwrap().1.to_owned();
    let location = format!("postgresql://postgres@{}/{name}", wire.address).parse().unwrap();
    place.settings = Settings { location, ..place.settings };
    Some((place, wire))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_that_is_cut_anywhere_loses_nothing_and_doubles_nothing() {
    for variable in ["LEADLIGHT_TEST_POSTGRES", "LEADLIGHT_TEST_PGBOUNCER"] {
        let Some((place, wire)) = wired(variable).await else { return };
        let (store, writer) = place.open().await;
        let mut acknowledged = log(&store, 1).await;
        // Each group takes some thousand bytes: cut at many places of them, the commit among these.
        for round in 0..40 {
            wire.left.store(300 + round * 97, Ordering::SeqCst);
            acknowledged.extend(log(&store, 4).await);
            wire.left.store(usize::MAX, Ordering::SeqCst);
            wire.is_cut.store(false, Ordering::SeqCst);
            store.note(crate::row::call("/predict", 200, &crate::row::now()));
        }
        until_connected(&store).await;
        acknowledged.extend(log(&store, 1).await);
        assert_eq!(acknowledged.len(), 162, "with a spool, everything is acknowledged");
        assert_kept(&place, &acknowledged).await;
        writer.finish().await;
        let sums =
            place.beside().await.number("SELECT CAST(sum(calls) AS BIGINT) FROM call_sums WHERE level = 'hour'").await;
        assert_eq!((place.count("api_metrics").await, sums), (40, 40));
    }
}

/// One test at a time may stop the server.
static FRAGILE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn control(arguments: &[&str]) {
    let script = std::env::var("LEADLIGHT_TEST_POSTGRES_CONTROL").unwrap();
    assert!(Command::new(script).args(arguments).status().unwrap().success(), "{arguments:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_under_load_loses_nothing() {
    let _alone = FRAGILE.lock().await;
    let Some(place) = Place::postgres("LEADLIGHT_TEST_POSTGRES_FRAGILE").await else { return };
    let place = place.with_spool();
    let (store, writer) = place.open().await;
    let load = Load::start(&store, 4, 10, || tokio::time::sleep(Duration::from_millis(1)));
    for how in ["fast", "immediate"] {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tokio::task::block_in_place(|| control(&["stop", "-m", how]));
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(matches!(store.state(), StoreState::Degraded { spooled_rows: 1.. }), "{:?}", store.state());
        assert!(matches!(store.recent(&Recent::default()).await, Err(StoreError::NotRead)));
        assert!(matches!(store.forget("ada").await, Err(StoreError::NotWritten)));
        tokio::task::block_in_place(|| control(&["start"]));
        // The load goes on all the while.
        until_connected(&store).await;
    }
    let acknowledged = load.stop().await;
    until_connected(&store).await;
    println!("{} acknowledged around two stops of the server", acknowledged.len());
    assert_kept(&place, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_at_the_start_is_migrated_when_it_comes() {
    let _alone = FRAGILE.lock().await;
    let Some(mut place) = Place::postgres("LEADLIGHT_TEST_POSTGRES_FRAGILE").await else { return };
    tokio::task::block_in_place(|| control(&["stop", "-m", "fast"]));
    // Without a spool it starts too, and acknowledges nothing.
    let (store, writer) = place.open().await;
    assert_eq!(store.state(), StoreState::Lost);
    assert!(store.log(entry()).await.is_err());
    writer.finish().await;
    place = place.with_spool();
    let (store, writer) = place.open().await;
    assert_eq!(store.state(), StoreState::Degraded { spooled_rows: 0 });
    let acknowledged = log(&store, 20).await;
    assert_eq!(acknowledged.len(), 20);
    tokio::task::block_in_place(|| control(&["start"]));
    until_connected(&store).await;
    assert_kept(&place, &acknowledged).await;
    writer.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_server_does_not_know_is_no_outage() {
    let Some(place) = Place::postgres("LEADLIGHT_TEST_POSTGRES").await else { return };
    let address = std::env::var("LEADLIGHT_TEST_POSTGRES").unwrap();
    let address = format!("{}/none", address.rsplit_once('/').unwrap().0);
    let settings = Settings { location: address.parse().unwrap(), ..place.settings.clone() };
    let refused = Store::open(&settings).await.err().unwrap().to_string();
    assert!(refused.contains("does not exist"), "{refused}");
}
