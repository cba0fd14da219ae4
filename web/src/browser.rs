//! Wrappers around the browser APIs that the page uses.
//!
//! Must not depend on the worker, leads or the page's state. Calls that cannot fail in any browser with WebAssembly
//! fall back to a default value.

use js_sys::{Array, ArrayBuffer, Number, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, Document, DragEvent, Element, Event, File, HtmlAnchorElement, HtmlElement, HtmlInputElement,
    HtmlMetaElement, NodeList, PerformanceEntry, ResizeObserver, ScrollIntoViewOptions, ScrollLogicalPosition, Url,
};

/// Content Security Policy that blocks the network for page and workers. It must not contain a host source: with
/// `'self'`, the URL of a script or a style sheet could carry data out. Styles already loaded stay in effect. Policies
/// can only be tightened.
pub const NETWORK_LOCK: &str = "default-src 'none'; script-src 'wasm-unsafe-eval' blob:; worker-src blob:; \
    img-src data: blob:; style-src 'none'; form-action 'none'; base-uri 'none'";

/// Returns the milliseconds since the page was opened.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Returns a promise that resolves after a delay.
pub fn sleep(milliseconds: i32) -> Promise {
    Promise::new(&mut |resolve, _| {
        let window = web_sys::window();
        if window.is_none_or(|window| {
            window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds).is_err()
        }) {
            // Without a timer it resolves immediately.
            resolve.call0(&JsValue::UNDEFINED).ok();
        }
    })
}

/// Returns the content of the `meta` element with this name.
pub fn meta_content(name: &str) -> Option<String> {
    let element = document().ok()?.query_selector(&format!("meta[name={name:?}]")).ok()??;
    element.get_attribute("content")
}

/// Applies the [`NETWORK_LOCK`] for the lifetime of the page.
pub fn lock_network() -> Result<(), JsValue> {
    let document = document()?;
    let meta: HtmlMetaElement = document.create_element("meta")?.dyn_into()?;
    meta.set_http_equiv("Content-Security-Policy");
    meta.set_content(NETWORK_LOCK);
    document.head().ok_or("no head")?.append_child(&meta)?;
    Ok(())
}

/// Returns a `blob:` URL of a script.
pub fn script_url(parts: &[String]) -> Result<String, JsValue> {
    let parts: Array = parts.iter().map(JsValue::from).collect();
    Url::create_object_url_with_blob(&blob(&parts, "text/javascript")?)
}

/// Creates a file from a buffer.
pub fn file_from_buffer(bytes: &ArrayBuffer, name: &str) -> Result<File, JsValue> {
    File::new_with_buffer_source_sequence(&Array::of1(bytes), name)
}

/// Creates a file from a blob, without copying its bytes.
pub fn file_from_blob(bytes: &Blob, name: &str) -> Result<File, JsValue> {
    File::new_with_blob_sequence(&Array::of1(bytes), name)
}

/// Creates a blob from a text.
pub fn text_blob(text: &str, kind: &str) -> Result<JsValue, JsValue> {
    Ok(blob(&Array::of1(&text.into()), kind)?.into())
}

/// Copies a buffer, to be transferred.
pub fn copy_buffer(bytes: &ArrayBuffer) -> JsValue {
    bytes.slice(0).into()
}

/// Starts a download.
pub fn download(file: &JsValue, name: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(file.dyn_ref().ok_or("no file")?)?;
    let anchor: HtmlAnchorElement = document()?.create_element("a")?.dyn_into()?;
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // The download keeps the blob alive from the click on.
    Url::revoke_object_url(&address)
}

/// Writes a text to the clipboard, then calls `on_copied`.
pub fn copy_text(text: &str, on_copied: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let writing = window.navigator().clipboard().write_text(text);
    spawn_local(async move {
        // On refusal, the browser itself informs the user.
        if JsFuture::from(writing).await.is_ok() {
            on_copied();
        }
    });
}

/// True when the user's locale writes decimals with a comma.
pub fn uses_decimal_comma() -> bool {
    let half = Number::from(0.5).to_locale_string("default");
    half.as_string().is_some_and(|half| half.contains(','))
}

/// Returns the preferred language of the browser.
pub fn preferred_language() -> String {
    web_sys::window().and_then(|window| window.navigator().language()).unwrap_or_default()
}

/// Sets the `lang` attribute of the document.
pub fn set_document_language(tag: &str) {
    if let Some(root) = document().ok().and_then(|document| document.document_element()) {
        // Fails only for an invalid attribute name.
        root.set_attribute("lang", tag).ok();
    }
}

/// True when the [`NETWORK_LOCK`] is applied.
pub fn is_locked() -> bool {
    let found = document().and_then(|document| document.query_selector_all("head > meta[http-equiv]"));
    let has_lock = |metas: NodeList| {
        let metas = (0..metas.length()).filter_map(|at| metas.item(at)?.dyn_into::<HtmlMetaElement>().ok());
        metas.into_iter().any(|meta| meta.content() == NETWORK_LOCK)
    };
    found.is_ok_and(has_lock)
}

/// Tries to fetch the page itself; true when a request was sent.
pub async fn try_fetch() -> bool {
    let Some(window) = web_sys::window() else { return false };
    JsFuture::from(window.fetch_with_str("./?attempt")).await.is_ok()
}

/// Returns the URL and start time in milliseconds of every resource loaded since the page was opened, the page first.
pub fn loaded_resources() -> Vec<(String, f64)> {
    let clock = web_sys::window().and_then(|window| window.performance());
    let Some(clock) = clock else { return Vec::new() };
    let by_type = |kind: &str| clock.get_entries_by_type(kind).iter().collect::<Vec<_>>();
    let entries = by_type("navigation").into_iter().chain(by_type("resource"));
    let entry = |entry: JsValue| {
        let entry: PerformanceEntry = entry.unchecked_into();
        (entry.name(), entry.start_time())
    };
    // Blob URLs are local.
    entries.map(entry).filter(|(address, _)| !address.starts_with("blob:")).collect()
}

/// Listener for scrolling and resizing of an element, removed on drop.
pub struct ScrollListener {
    element: Element,
    observer: ResizeObserver,
    on_scroll: Closure<dyn Fn()>,
    _on_resize: Closure<dyn Fn()>,
}

impl Drop for ScrollListener {
    fn drop(&mut self) {
        self.observer.disconnect();
        let listener = self.on_scroll.as_ref().unchecked_ref();
        // Fails only if the listener is no function.
        self.element.remove_event_listener_with_callback("scroll", listener).ok();
    }
}

/// Calls `on_change` whenever the element is scrolled or resized.
pub fn observe_scroll(element: &Element, on_change: impl Fn() + Clone + 'static) -> Option<ScrollListener> {
    let on_scroll = Closure::<dyn Fn()>::new(on_change.clone());
    let on_resize = Closure::<dyn Fn()>::new(on_change);
    element.add_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref()).ok()?;
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    observer.observe(element);
    Some(ScrollListener { element: element.clone(), observer, on_scroll, _on_resize: on_resize })
}

/// Returns the file chosen in an input, and clears the input, so that the same file can be chosen again.
pub fn chosen_file(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files().and_then(|files| files.get(0));
    input.set_value("");
    file
}

/// Returns the value of the form control that an event came from. All controls have a `value` property, so that the
/// cast holds for selects and text areas too.
pub fn control_value(event: &Event) -> String {
    event.target().map(|control| control.unchecked_into::<HtmlInputElement>().value()).unwrap_or_default()
}

/// True when the checkbox that an event came from is checked.
pub fn is_checked(event: &Event) -> bool {
    event.target().is_some_and(|checkbox| checkbox.unchecked_into::<HtmlInputElement>().checked())
}

/// Returns the first file of a drop.
pub fn dropped_file(event: &DragEvent) -> Option<File> {
    event.data_transfer()?.files()?.get(0)
}

/// Focuses an element by id.
pub fn focus(id: &str) {
    focus_first(&format!("#{id}"));
}

/// Focuses the first match of a selector, after opening the `details` element that contains it.
pub fn focus_first(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector)).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return };
    if let Ok(Some(details)) = element.closest("details") {
        // Fails only for an invalid attribute name.
        details.set_attribute("open", "").ok();
    }
    // Elements without focus support stay as they are.
    element.focus().ok();
}

/// Scrolls an element into view, no further than needed.
pub fn scroll_into_view(id: &str) {
    if let Some(element) = document().ok().and_then(|document| document.get_element_by_id(id)) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Reloads the page.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // On refusal the page stays as it is.
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
