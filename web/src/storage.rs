//! Persistent data that the user opted into: column mappings (local storage) and a custom model (Cache API).
//!
//! No lead data is ever stored. A browser without storage behaves as if the user had not opted in.

use crate::protocol::KnownColumns;
use js_sys::JSON;
use scorer::lead::mapping::{Evidence, Mapping};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, Response, Storage};

const MAPPINGS_KEY: &str = "leadlight meanings";

/// Maximum number of stored columns; the oldest are dropped.
const COLUMNS_MAX: usize = 500;

/// Differs from the caches of `sw.js`, whose names begin with the page's name and path.
const MODEL_CACHE: &str = "leadlight-own-model";

/// Cache key prefix of the model; never fetched.
const MODEL_PATH: &str = "own-model/";

/// Returns the stored column mappings; empty unless opted in.
pub fn known_columns() -> KnownColumns {
    let text = storage().and_then(|storage| storage.get_item(MAPPINGS_KEY).ok().flatten());
    let stored = text.and_then(|text| serde_wasm_bindgen::from_value(JSON::parse(&text).ok()?).ok());
    stored.unwrap_or_default()
}

/// True when the user opted into storing column mappings.
pub fn stores_columns() -> bool {
    storage().is_some_and(|storage| storage.get_item(MAPPINGS_KEY).is_ok_and(|text| text.is_some()))
}

/// Stores the manual mappings of columns, and updates those of columns already stored.
pub fn store_columns(mapping: &Mapping) {
    let mut known = known_columns();
    for column in &mapping.columns {
        let was_known = known.iter().position(|(name, _)| *name == column.name);
        if let Some(at) = was_known {
            known.remove(at);
        }
        // A column that completes another has no target of its own.
        if column.fallback == 0 && (was_known.is_some() || column.evidence == Evidence::Manual) {
            known.push((column.name.clone(), column.target.clone()));
        }
    }
    known.drain(..known.len().saturating_sub(COLUMNS_MAX));
    let text = serde_wasm_bindgen::to_value(&known).ok().and_then(|known| JSON::stringify(&known).ok()?.as_string());
    if let (Some(storage), Some(text)) = (storage(), text) {
        // Fails when storage is full or disabled.
        storage.set_item(MAPPINGS_KEY, &text).ok();
    }
}

/// Deletes the stored column mappings.
pub fn clear_columns() {
    if let Some(storage) = storage() {
        // Fails when storage is disabled.
        storage.remove_item(MAPPINGS_KEY).ok();
    }
}

/// Returns the stored model with its name.
pub async fn custom_model() -> Option<(String, Blob)> {
    // Opening a missing cache would create it.
    let exists = JsFuture::from(caches()?.has(MODEL_CACHE)).await.is_ok_and(|exists| exists.is_truthy());
    if !exists {
        return None;
    }
    let cache = cache().await.ok()?;
    let keys: js_sys::Array = JsFuture::from(cache.keys()).await.ok()?.dyn_into().ok()?;
    let url = keys.get(0).dyn_into::<web_sys::Request>().ok()?.url();
    let found: Response = JsFuture::from(cache.match_with_str(&url)).await.ok()?.dyn_into().ok()?;
    let file: Blob = JsFuture::from(found.blob().ok()?).await.ok()?.dyn_into().ok()?;
    let (_, name) = url.rsplit_once(MODEL_PATH)?;
    Some((js_sys::decode_uri_component(name).ok()?.into(), file))
}

/// Replaces the stored model; false when the browser refuses.
pub async fn store_custom_model(name: &str, file: &Blob) -> bool {
    delete_custom_model().await;
    let key = format!("{MODEL_PATH}{}", js_sys::encode_uri_component(name));
    let store = async || {
        let response = Response::new_with_opt_blob(Some(file))?;
        JsFuture::from(cache().await?.put_with_str(&key, &response)).await
    };
    store().await.is_ok()
}

/// Deletes the stored model.
pub async fn delete_custom_model() {
    if let Some(caches) = caches() {
        // Fails when storage is disabled.
        JsFuture::from(caches.delete(MODEL_CACHE)).await.ok();
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

async fn cache() -> Result<Cache, JsValue> {
    JsFuture::from(caches().ok_or("no caches")?.open(MODEL_CACHE)).await?.dyn_into()
}

fn caches() -> Option<CacheStorage> {
    web_sys::window()?.caches().ok()
}
