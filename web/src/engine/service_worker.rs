//! Installs the service worker `web/sw.js`, which caches the page for offline use.
//!
//! Files may be fetched for the cache only after the page has its own assets, so that a first visit finds most of them in
//! the browser's cache, and before any lead data is accepted; what has not arrived in time waits for the next visit.
//! Without service workers, `sw.js` or a network, the page works as if this module did not exist.
//!
//! Three things would otherwise send requests while lead data is open:
//! - a slow install: the page waits for its end, and stops it after a timeout;
//! - an update found by the browser: its service worker fetches nothing unless a page asks it to;
//! - the browser's own check for updates, soon after a page load: the HTTP cache may answer it
//!   ([`ServiceWorkerUpdateViaCache::All`]), and is refreshed here. If the host forbids caching `sw.js`, the browser still
//!   requests it, without any data of the page.

use crate::browser;
use gloo_net::http::Request;
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    AbortSignal, Navigator, RegistrationOptions, RequestCache, ServiceWorker, ServiceWorkerRegistration,
    ServiceWorkerState, ServiceWorkerUpdateViaCache,
};

const SCRIPT: &str = "sw.js";
/// Timeout of fetching `sw.js`, and of registering it, in milliseconds.
const REGISTER_TIMEOUT_MS: i32 = 2000;
/// Timeout of fetching all files, in milliseconds.
const INSTALL_TIMEOUT_MS: i32 = 5000;
/// Timeout of stopping an install, in milliseconds.
const STOP_TIMEOUT_MS: i32 = 1000;

/// Checks whether the host serves `sw.js`, concurrently with the fetching of assets.
pub fn check_available() -> Promise {
    future_to_promise(async { Ok(JsValue::from_bool(is_available().await)) })
}

async fn is_available() -> bool {
    if navigator().is_none_or(|navigator| navigator.service_worker().is_undefined() || !navigator.on_line()) {
        return false;
    }
    let timeout = AbortSignal::timeout_with_f64(REGISTER_TIMEOUT_MS.into());
    let request = Request::get(SCRIPT).cache(RequestCache::NoCache).abort_signal(Some(&timeout));
    match request.send().await {
        // Only a body that was read to its end gets into the browser's cache.
        Ok(response) => response.ok() && response.text().await.is_ok(),
        Err(_) => false,
    }
}

/// Starts to cache the page, or its newer build. The returned promise resolves when that has ended, successfully or not.
/// Must be called before the network is locked: afterwards no service worker can be registered.
pub async fn install(available: &Promise) -> Promise {
    let available = JsFuture::from(available.clone()).await.is_ok_and(|available| available.is_truthy());
    let registration = if available { with_timeout(&register(), REGISTER_TIMEOUT_MS).await } else { None };
    let installing = registration
        .and_then(|registration| registration.dyn_into::<ServiceWorkerRegistration>().ok())
        .and_then(|registration| registration.installing());
    future_to_promise(async move {
        if let Some(worker) = installing {
            finish_install(&worker).await;
        }
        Ok(JsValue::UNDEFINED)
    })
}

/// Registers `sw.js`, or checks for a newer one.
fn register() -> Promise {
    future_to_promise(async {
        let navigator = navigator().ok_or("no window")?;
        let options = RegistrationOptions::new();
        options.set_update_via_cache(ServiceWorkerUpdateViaCache::All);
        let registering = navigator.service_worker().register_with_options(SCRIPT, &options);
        let registration: ServiceWorkerRegistration = JsFuture::from(registering).await?.dyn_into()?;
        if registration.installing().is_none() {
            JsFuture::from(registration.update()?).await?;
        }
        Ok(registration.into())
    })
}

/// Lets the service worker fetch its files, and stops it after the timeout.
async fn finish_install(worker: &ServiceWorker) {
    for (message, timeout_ms) in [("keep", INSTALL_TIMEOUT_MS), ("stop", STOP_TIMEOUT_MS)] {
        if worker.state() != ServiceWorkerState::Installing {
            return;
        }
        let changed = Promise::new(&mut |resolve, _| worker.set_onstatechange(Some(&resolve)));
        // Fails only if the worker is gone, which then fetches nothing either.
        worker.post_message(&message.into()).ok();
        with_timeout(&changed, timeout_ms).await;
    }
}

/// Returns the value of a promise; `None` when it is rejected or takes longer.
async fn with_timeout(promise: &Promise, timeout_ms: i32) -> Option<JsValue> {
    JsFuture::from(Promise::race(&Array::of2(promise, &browser::sleep(timeout_ms)))).await.ok()
}

fn navigator() -> Option<Navigator> {
    web_sys::window().map(|window| window.navigator())
}
