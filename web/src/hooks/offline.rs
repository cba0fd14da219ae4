//! Keeping the page for use without a network, by the service worker of `web/sw.js`.
//!
//! Owns when the files of a build may be fetched to be kept: after the page has its own parts, so that a first visit
//! finds most of them in the browser's cache, and before any file of leads is accepted; what has not arrived in time is
//! left for the next visit. May not know which files there are. A browser without service workers, a host without
//! `sw.js` and a missing network all leave the page as it would be without this.
//!
//! Three things would otherwise make requests of their own later, while somebody's leads are open:
//! - an install that takes long: the page waits for its end, and has it stopped when it takes too long;
//! - an update that the browser finds by itself: its worker fetches nothing unless a page tells it to;
//! - the browser's own look for an update, soon after a page is loaded: the copy of `sw.js` in the browser's cache may
//!   answer it ([`ServiceWorkerUpdateViaCache::All`]), and is made fresh here. A host that lets nobody keep `sw.js` for
//!   some minutes still sees the browser ask for it, without anything of the page.

use crate::browser;
use gloo_net::http::Request;
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{
    AbortSignal, Navigator, RegistrationOptions, RequestCache, ServiceWorker, ServiceWorkerRegistration,
    ServiceWorkerState, ServiceWorkerUpdateViaCache,
};

const WORKER: &str = "sw.js";
/// Milliseconds that the host may take to answer, and the browser to read its answer.
const ANSWERING: i32 = 2000;
/// Milliseconds that all files may take.
const KEEPING: i32 = 5000;
/// Milliseconds that a worker gets to stop.
const STOPPING: i32 = 1000;

/// Asks the host whether the page may be kept, beside whatever else is under way.
pub fn offered() -> Promise {
    future_to_promise(async { Ok(JsValue::from_bool(is_offered().await)) })
}

async fn is_offered() -> bool {
    // Without service workers, or a network, there is nothing to ask.
    if navigator().is_none_or(|navigator| navigator.service_worker().is_undefined() || !navigator.on_line()) {
        return false;
    }
    let in_time = AbortSignal::timeout_with_f64(ANSWERING.into());
    let request = Request::get(WORKER).cache(RequestCache::NoCache).abort_signal(Some(&in_time));
    match request.send().await {
        // Read to its end, or the browser would not have it in its cache.
        Ok(answer) => answer.ok() && answer.text().await.is_ok(),
        Err(_) => false,
    }
}

/// Begins to keep the page, or its newer build. What is returned is kept when that has ended, whatever became of it.
/// Must be called before the network is locked, after which no service worker may be registered.
pub async fn keep(offered: &Promise) -> Promise {
    let offered = JsFuture::from(offered.clone()).await.is_ok_and(|offered| offered.is_truthy());
    let registered = if offered { in_time(&registered(), ANSWERING).await } else { None };
    let worker = registered
        .and_then(|registration| registration.dyn_into::<ServiceWorkerRegistration>().ok())
        .and_then(|registration| registration.installing());
    future_to_promise(async move {
        if let Some(worker) = worker {
            install(&worker).await;
        }
        Ok(JsValue::UNDEFINED)
    })
}

/// The registration, after the host's `sw.js` was compared with the one in service.
fn registered() -> Promise {
    future_to_promise(async {
        let navigator = navigator().ok_or("no window")?;
        let options = RegistrationOptions::new();
        options.set_update_via_cache(ServiceWorkerUpdateViaCache::All);
        let registering = navigator.service_worker().register_with_options(WORKER, &options);
        let registration: ServiceWorkerRegistration = JsFuture::from(registering).await?.dyn_into()?;
        if registration.installing().is_none() {
            JsFuture::from(registration.update()?).await?;
        }
        Ok(registration.into())
    })
}

/// Has a worker fetch its files, until it has them all or the time is up.
async fn install(worker: &ServiceWorker) {
    for (word, patience) in [("keep", KEEPING), ("stop", STOPPING)] {
        if worker.state() != ServiceWorkerState::Installing {
            return;
        }
        let changed = Promise::new(&mut |done, _| worker.set_onstatechange(Some(&done)));
        // A worker that is gone meanwhile hears nothing and fetches nothing.
        worker.post_message(&word.into()).ok();
        in_time(&changed, patience).await;
    }
}

/// What a promise gives, unless it is broken or takes longer.
async fn in_time(promise: &Promise, patience: i32) -> Option<JsValue> {
    JsFuture::from(Promise::race(&Array::of2(promise, &browser::after(patience)))).await.ok()
}

fn navigator() -> Option<Navigator> {
    web_sys::window().map(|window| window.navigator())
}
