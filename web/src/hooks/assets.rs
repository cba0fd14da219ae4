//! The parts that the page fetches, all before the network is locked: the worker's code, the models, the sample.
//!
//! Owns their addresses. May not know what is done with them.

use crate::browser;
use gloo_net::http::{Request, Response};
use js_sys::{Array, ArrayBuffer, JSON};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestCache;

/// The worker's code bears a hash in its name or not, so the document tells where it is.
const WORKER_GLUE: &str = "worker-js";
const WORKER_BOOT: &str = "static/worker-boot.js";
const WORKER_WASM: &str = "worker-wasm";
const MODEL_FOLDER: &str = "models";
const MODEL_LIST: &str = "models/index.json";
const SAMPLE: &str = "static/samples/leads.csv";

/// Everything that is needed from the network, and kept for the page's life: a worker that dies is started again when
/// nothing can be fetched any more.
#[derive(Debug)]
pub struct Assets {
    /// A `blob:` address of the worker's code.
    pub worker: String,
    /// The worker's WebAssembly.
    pub wasm: ArrayBuffer,
    /// Model files with their names.
    pub models: Vec<(String, ArrayBuffer)>,
    /// The sample leads.
    pub sample: ArrayBuffer,
}

/// The part that could not be fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfetched {
    /// Its address.
    pub name: String,
}

/// Fetches all parts.
pub async fn fetch() -> Result<Assets, Unfetched> {
    let glue = text(&named(WORKER_GLUE)?).await?;
    let boot = text(WORKER_BOOT).await?;
    let wasm = bytes(&named(WORKER_WASM)?).await?;
    let mut models = Vec::new();
    for name in model_names().await? {
        let address = format!("{MODEL_FOLDER}/{name}");
        models.push((name, bytes(&address).await?));
    }
    let sample = bytes(SAMPLE).await?;
    let worker = browser::script_address(&[glue, boot]).map_err(|_| unfetched(WORKER_GLUE))?;
    Ok(Assets { worker, wasm, models, sample })
}

fn named(part: &str) -> Result<String, Unfetched> {
    browser::meta(part).ok_or_else(|| unfetched(part))
}

async fn model_names() -> Result<Vec<String>, Unfetched> {
    let list = JSON::parse(&text(MODEL_LIST).await?).map_err(|_| unfetched(MODEL_LIST))?;
    let names = list.dyn_into::<Array>().map_err(|_| unfetched(MODEL_LIST))?;
    names.iter().map(|name| name.as_string().ok_or_else(|| unfetched(MODEL_LIST))).collect()
}

async fn text(address: &str) -> Result<String, Unfetched> {
    get(address).await?.text().await.map_err(|_| unfetched(address))
}

/// The bytes stay outside the page's own memory, which would never shrink again.
async fn bytes(address: &str) -> Result<ArrayBuffer, Unfetched> {
    let response = web_sys::Response::from(get(address).await?);
    let failed = |_: JsValue| unfetched(address);
    let buffer = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
    Ok(buffer.unchecked_into())
}

async fn get(address: &str) -> Result<Response, Unfetched> {
    let response = Request::get(address).cache(caching(address)).send().await.map_err(|_| unfetched(address))?;
    if response.ok() { Ok(response) } else { Err(unfetched(address)) }
}

/// Whatever bears no hash in its name is good only after its host was asked. Hashes follow a dash, as trunk's do.
fn caching(address: &str) -> RequestCache {
    let hash = address.split(['-', '_', '.']).nth(1).filter(|hash| hash.len() >= 12);
    match hash.is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        true => RequestCache::Default,
        false => RequestCache::NoCache,
    }
}

fn unfetched(address: &str) -> Unfetched {
    Unfetched { name: address.to_owned() }
}
