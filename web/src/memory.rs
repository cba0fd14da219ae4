//! What the user asked to have remembered on this computer: what columns mean, and a model of their own.
//!
//! Owns where these are kept and in which form. May not know when they are used. Nothing of a lead is ever among them, and
//! a browser that keeps nothing is one that was not asked.

use crate::agent::Meanings;
use js_sys::JSON;
use scorer::lead::mapping::{Evidence, Mapping};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, Response, Storage};

const MEANINGS: &str = "leadlight meanings";

/// The most names that are remembered; the oldest are forgotten.
const MEANINGS_MAX: usize = 500;

/// Not one of the caches of `sw.js`, whose names begin with the page's own and its path.
const MODELS: &str = "leadlight-own-model";

/// The key under which the model is kept; nothing is ever fetched from it.
const MODEL: &str = "own-model/";

/// What columns were said to mean; none where nothing is to be remembered.
pub fn meanings() -> Meanings {
    let kept = storage().and_then(|storage| storage.get_item(MEANINGS).ok().flatten());
    let kept = kept.and_then(|text| serde_wasm_bindgen::from_value(JSON::parse(&text).ok()?).ok());
    kept.unwrap_or_default()
}

/// Whether meanings are remembered.
pub fn keeps_meanings() -> bool {
    storage().is_some_and(|storage| storage.get_item(MEANINGS).is_ok_and(|kept| kept.is_some()))
}

/// Remembers what was said of columns by hand, beside what is known of others.
pub fn keep_meanings(mapping: &Mapping) {
    let mut known = meanings();
    for column in &mapping.columns {
        let was_known = known.iter().position(|(name, _)| *name == column.name);
        if let Some(at) = was_known {
            known.remove(at);
        }
        if was_known.is_some() || column.evidence == Evidence::Manual {
            known.push((column.name.clone(), column.target.clone()));
        }
    }
    known.drain(..known.len().saturating_sub(MEANINGS_MAX));
    let text = serde_wasm_bindgen::to_value(&known).ok().and_then(|known| JSON::stringify(&known).ok()?.as_string());
    if let (Some(storage), Some(text)) = (storage(), text) {
        // A browser that is full, or told to keep nothing, keeps nothing.
        storage.set_item(MEANINGS, &text).ok();
    }
}

/// Remembers no meanings any more.
pub fn forget_meanings() {
    if let Some(storage) = storage() {
        // Refused by a browser that keeps nothing.
        storage.remove_item(MEANINGS).ok();
    }
}

/// The model that is kept, with its name.
pub async fn model() -> Option<(String, Blob)> {
    // To open what is not there would be to keep something.
    let is_there = JsFuture::from(caches()?.has(MODELS)).await.is_ok_and(|is_there| is_there.is_truthy());
    if !is_there {
        return None;
    }
    let cache = cache().await.ok()?;
    let keys: js_sys::Array = JsFuture::from(cache.keys()).await.ok()?.dyn_into().ok()?;
    let address = keys.get(0).dyn_into::<web_sys::Request>().ok()?.url();
    let found: Response = JsFuture::from(cache.match_with_str(&address)).await.ok()?.dyn_into().ok()?;
    let file: Blob = JsFuture::from(found.blob().ok()?).await.ok()?.dyn_into().ok()?;
    let (_, name) = address.rsplit_once(MODEL)?;
    Some((js_sys::decode_uri_component(name).ok()?.into(), file))
}

/// Keeps a model in place of the one before; false where the browser does not.
pub async fn keep_model(name: &str, file: &Blob) -> bool {
    forget_model().await;
    let key = format!("{MODEL}{}", js_sys::encode_uri_component(name));
    let keep = async || {
        let answer = Response::new_with_opt_blob(Some(file))?;
        JsFuture::from(cache().await?.put_with_str(&key, &answer)).await
    };
    keep().await.is_ok()
}

/// Keeps no model any more.
pub async fn forget_model() {
    if let Some(caches) = caches() {
        // Refused by a browser that keeps nothing.
        JsFuture::from(caches.delete(MODELS)).await.ok();
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

async fn cache() -> Result<Cache, JsValue> {
    JsFuture::from(caches().ok_or("no caches")?.open(MODELS)).await?.dyn_into()
}

fn caches() -> Option<CacheStorage> {
    web_sys::window()?.caches().ok()
}
