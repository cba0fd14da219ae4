//! Fetches all assets before the network is locked: worker code, models, sample.

use crate::browser;
use futures_util::future::{try_join, try_join_all, try_join5};
use gloo_net::http::{Request, Response};
use js_sys::{Array, ArrayBuffer, JSON};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestCache;

/// Names of the `meta` elements with the URLs of a worker's code, which may contain hashes.
const WORKER: [&str; 2] = ["worker-js", "worker-wasm"];
const UNPACKER: [&str; 2] = ["unpacker-js", "unpacker-wasm"];
const BOOT: &str = "static/worker-boot.js";
const MODEL_FOLDER: &str = "models";
const MODEL_LIST: &str = "models/index.json";
const SAMPLE: &str = "static/samples/leads.csv";

/// Everything fetched from the network. Kept for the page's lifetime: a crashed worker is restarted without the network.
#[derive(Debug)]
pub struct Assets {
    /// Scoring worker.
    pub worker: WorkerCode,
    /// Workbook unpacker.
    pub unpacker: WorkerCode,
    /// Model files with their names.
    pub models: Vec<(String, ArrayBuffer)>,
    /// Sample leads.
    pub sample: ArrayBuffer,
}

/// Code of a worker.
#[derive(Debug)]
pub struct WorkerCode {
    /// `blob:` URL of its script.
    pub script: String,
    /// WebAssembly module.
    pub wasm: ArrayBuffer,
}

/// Error of an asset that could not be fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchError {
    /// Path of the asset, or the name of its `meta` element.
    pub name: String,
}

/// Fetches all assets concurrently, since the host may be far away.
pub async fn fetch() -> Result<Assets, FetchError> {
    let parts = try_join5(text(BOOT), code(WORKER), code(UNPACKER), models(), bytes(SAMPLE));
    let (boot, worker, unpacker, models, sample) = parts.await?;
    let (worker, unpacker) = (worker_code(WORKER, worker, &boot)?, worker_code(UNPACKER, unpacker, &boot)?);
    Ok(Assets { worker, unpacker, models, sample })
}

/// Fetches the JavaScript glue and the WebAssembly of a worker.
async fn code([glue, wasm]: [&str; 2]) -> Result<(String, ArrayBuffer), FetchError> {
    let (glue, wasm) = (meta_url(glue)?, meta_url(wasm)?);
    try_join(text(&glue), bytes(&wasm)).await
}

fn worker_code(
    [glue, _]: [&str; 2],
    (text, wasm): (String, ArrayBuffer),
    boot: &str,
) -> Result<WorkerCode, FetchError> {
    let script = browser::script_url(&[text, boot.to_owned()]).map_err(|_| fetch_error(glue))?;
    Ok(WorkerCode { script, wasm })
}

async fn models() -> Result<Vec<(String, ArrayBuffer)>, FetchError> {
    let model = async |name: String| Ok((name.clone(), bytes(&format!("{MODEL_FOLDER}/{name}")).await?));
    try_join_all(model_names().await?.into_iter().map(model)).await
}

fn meta_url(name: &str) -> Result<String, FetchError> {
    browser::meta_content(name).ok_or_else(|| fetch_error(name))
}

async fn model_names() -> Result<Vec<String>, FetchError> {
    let list = JSON::parse(&text(MODEL_LIST).await?).map_err(|_| fetch_error(MODEL_LIST))?;
    let names = list.dyn_into::<Array>().map_err(|_| fetch_error(MODEL_LIST))?;
    names.iter().map(|name| name.as_string().ok_or_else(|| fetch_error(MODEL_LIST))).collect()
}

async fn text(url: &str) -> Result<String, FetchError> {
    get(url).await?.text().await.map_err(|_| fetch_error(url))
}

/// Fetches bytes into a buffer outside the page's WebAssembly memory, which never shrinks.
async fn bytes(url: &str) -> Result<ArrayBuffer, FetchError> {
    let response = web_sys::Response::from(get(url).await?);
    let failed = |_: JsValue| fetch_error(url);
    let buffer = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
    Ok(buffer.unchecked_into())
}

async fn get(url: &str) -> Result<Response, FetchError> {
    let response = Request::get(url).cache(cache_mode(url)).send().await.map_err(|_| fetch_error(url))?;
    if response.ok() { Ok(response) } else { Err(fetch_error(url)) }
}

/// Returns the cache mode: files without a content hash in their name are revalidated. Trunk puts the hash after a dash.
fn cache_mode(url: &str) -> RequestCache {
    let hash = url.split(['-', '_', '.']).nth(1).filter(|hash| hash.len() >= 12);
    match hash.is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        true => RequestCache::Default,
        false => RequestCache::NoCache,
    }
}

fn fetch_error(name: &str) -> FetchError {
    FetchError { name: name.to_owned() }
}
