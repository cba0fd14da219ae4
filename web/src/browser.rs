//! The browser's calls that the page makes, each under a plain name.
//!
//! Owns nothing but these calls. May not know the worker, leads or the page's state. What cannot fail in any browser
//! that runs WebAssembly, and could only be ignored if it did, is answered with a default.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, Document, DragEvent, File, HtmlAnchorElement, HtmlElement, HtmlMetaElement,
    ScrollIntoViewOptions, ScrollLogicalPosition, Url,
};

/// The policy that takes the network away from page and worker. No host source may stand in it: with `'self'`, the
/// address of a script or a style sheet alone would carry data out. Styles that are loaded stay. Policies only ever
/// tighten.
pub const LOCK: &str = "default-src 'none'; script-src 'wasm-unsafe-eval' blob:; worker-src blob:; \
    img-src data: blob:; style-src 'none'; form-action 'none'; base-uri 'none'";

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Puts the [`LOCK`] in place, for as long as the page lives.
pub fn lock_network() -> Result<(), JsValue> {
    let document = document()?;
    let meta: HtmlMetaElement = document.create_element("meta")?.dyn_into()?;
    meta.set_http_equiv("Content-Security-Policy");
    meta.set_content(LOCK);
    document.head().ok_or("no head")?.append_child(&meta)?;
    Ok(())
}

/// A `blob:` address of a script.
pub fn script_address(parts: &[String]) -> Result<String, JsValue> {
    let parts: Array = parts.iter().map(JsValue::from).collect();
    Url::create_object_url_with_blob(&blob(&parts, "text/javascript")?)
}

/// A file made of bytes, as if the user had chosen it.
pub fn file(bytes: &ArrayBuffer, name: &str) -> Result<File, JsValue> {
    File::new_with_buffer_source_sequence(&Array::of1(bytes), name)
}

/// A copy of bytes, to be given away.
pub fn copy(bytes: &ArrayBuffer) -> JsValue {
    bytes.slice(0).into()
}

/// Bytes as a buffer of their own.
pub fn buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// Lets the user keep a file.
pub fn save(bytes: &JsValue, name: &str, kind: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(&blob(&Array::of1(bytes), kind)?)?;
    let anchor: HtmlAnchorElement = document()?.create_element("a")?.dyn_into()?;
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // The download has its own hold on the blob from the click on.
    Url::revoke_object_url(&address)
}

/// The first file of a drop.
pub fn dropped(event: &DragEvent) -> Option<File> {
    event.data_transfer()?.files()?.get(0)
}

/// Gives an element the keyboard's focus.
pub fn focus(id: &str) {
    focus_within(&format!("#{id}"));
}

/// Gives the first element that a selector finds the keyboard's focus; details around it are opened for it.
pub fn focus_within(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector)).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return };
    if let Ok(Some(details)) = element.closest("details") {
        // Refused for names alone that are none.
        details.set_attribute("open", "").ok();
    }
    // An element that takes no focus loses nothing.
    element.focus().ok();
}

/// Scrolls no further than needed to see an element.
pub fn bring_into_view(id: &str) {
    if let Some(element) = document().ok().and_then(|document| document.get_element_by_id(id)) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // A browser that refuses leaves the page as it is.
        window.location().reload().ok();
    }
}

fn blob(parts: &Array, kind: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_u8_array_sequence_and_options(parts, &options)
}

fn document() -> Result<Document, JsValue> {
    Ok(web_sys::window().and_then(|window| window.document()).ok_or("no document")?)
}
