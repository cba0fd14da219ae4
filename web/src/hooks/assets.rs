//! The parts that the page fetches, all before the network is locked: the workers' code, the models, the sample.
//!
//! Owns their addresses. May not know what is done with them.

use crate::browser;
use futures_util::future::{try_join, try_join_all, try_join5};
use gloo_net::http::{Request, Response};
use js_sys::{Array, ArrayBuffer, JSON};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestCache;

/// The code of workers bears a hash in its name or not, so the document tells where it is.
const WORKER: [&str; 2] = ["worker-js", "worker-wasm"];
const UNPACKER: [&str; 2] = ["unpacker-js", "unpacker-wasm"];
const BOOT: &str = "static/worker-boot.js";
const MODEL_FOLDER: &str = "models";
const MODEL_LIST: &str = "models/index.json";
const SAMPLE: &str = "static/samples/leads.csv";

/// Everything that is needed from the network, and kept for the page's life: a worker that dies is started again when
/// nothing can be fetched any more.
#[derive(Debug)]
pub struct Assets {
    /// What reads and scores.
    pub worker: Program,
    /// What unpacks workbooks.
    pub unpacker: Program,
    /// Model files with their names.
    pub models: Vec<(String, ArrayBuffer)>,
    /// The sample leads.
    pub sample: ArrayBuffer,
}

/// A program for a worker of its own.
#[derive(Debug)]
pub struct Program {
    /// A `blob:` address of its code.
    pub script: String,
    /// Its WebAssembly.
    pub wasm: ArrayBuffer,
}

/// The part that could not be fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfetched {
    /// Its address.
    pub name: String,
}

/// Fetches all parts, all at once: one after the other, each would wait for a host that may be far away.
pub async fn fetch() -> Result<Assets, Unfetched> {
    let parts = try_join5(text(BOOT), parts(WORKER), parts(UNPACKER), models(), bytes(SAMPLE));
    let (boot, worker, unpacker, models, sample) = parts.await?;
    let (worker, unpacker) = (program(WORKER, worker, &boot)?, program(UNPACKER, unpacker, &boot)?);
    Ok(Assets { worker, unpacker, models, sample })
}

/// The glue and the WebAssembly of a program.
async fn parts([glue, wasm]: [&str; 2]) -> Result<(String, ArrayBuffer), Unfetched> {
    let (glue, wasm) = (named(glue)?, named(wasm)?);
    try_join(text(&glue), bytes(&wasm)).await
}

fn program([glue, _]: [&str; 2], (text, wasm): (String, ArrayBuffer), boot: &str) -> Result<Program, Unfetched> {
    let script = browser::script_address(&[text, boot.to_owned()]).map_err(|_| unfetched(glue))?;
    Ok(Program { script, wasm })
}

async fn models() -> Result<Vec<(String, ArrayBuffer)>, Unfetched> {
    let model = async |name: String| Ok((name.clone(), bytes(&format!("{MODEL_FOLDER}/{name}")).await?));
    try_join_all(model_names().await?.into_iter().map(model)).await
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
