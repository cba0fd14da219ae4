//! The browser's calls that the page makes, each under a plain name.
//!
//! Owns nothing but these calls. May not know the worker, leads or the page's state. What cannot fail in any browser
//! that runs WebAssembly, and could only be ignored if it did, is answered with a default.

use js_sys::{Array, ArrayBuffer, Number, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, Document, DragEvent, Element, Event, File, HtmlAnchorElement, HtmlElement, HtmlInputElement,
    HtmlMetaElement, NodeList, PerformanceEntry, ResizeObserver, ScrollIntoViewOptions, ScrollLogicalPosition, Url,
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

/// Kept after so many milliseconds.
pub fn after(milliseconds: i32) -> Promise {
    Promise::new(&mut |done, _| {
        let window = web_sys::window();
        if window.is_none_or(|window| {
            window.set_timeout_with_callback_and_timeout_and_arguments_0(&done, milliseconds).is_err()
        }) {
            // Without a clock the time is up at once.
            done.call0(&JsValue::UNDEFINED).ok();
        }
    })
}

/// What the document says of itself under this name.
pub fn meta(name: &str) -> Option<String> {
    let element = document().ok()?.query_selector(&format!("meta[name={name:?}]")).ok()??;
    element.get_attribute("content")
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

/// The same bytes as a file of this name. They stay where they are.
pub fn renamed(bytes: &Blob, name: &str) -> Result<File, JsValue> {
    File::new_with_blob_sequence(&Array::of1(bytes), name)
}

/// A text as a file to keep.
pub fn text_file(text: &str, kind: &str) -> Result<JsValue, JsValue> {
    Ok(blob(&Array::of1(&text.into()), kind)?.into())
}

/// A copy of bytes, to be given away.
pub fn copy(bytes: &ArrayBuffer) -> JsValue {
    bytes.slice(0).into()
}

/// Lets the user keep a file.
pub fn save(file: &JsValue, name: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(file.dyn_ref().ok_or("no file")?)?;
    let anchor: HtmlAnchorElement = document()?.create_element("a")?.dyn_into()?;
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // The download has its own hold on the blob from the click on.
    Url::revoke_object_url(&address)
}

/// Puts a text on the clipboard and tells once it is there.
pub fn copy_text(text: &str, copied: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let writing = window.navigator().clipboard().write_text(text);
    spawn_local(async move {
        // A browser that refuses tells the user itself; then nothing is said here.
        if JsFuture::from(writing).await.is_ok() {
            copied();
        }
    });
}

/// Whether the user's browser writes 0,5 for a half.
pub fn writes_decimal_comma() -> bool {
    let half = Number::from(0.5).to_locale_string("default");
    half.as_string().is_some_and(|half| half.contains(','))
}

/// The language that the browser is set to.
pub fn language() -> String {
    web_sys::window().and_then(|window| window.navigator().language()).unwrap_or_default()
}

/// Says in which language the document is.
pub fn set_language(tag: &str) {
    if let Some(root) = document().ok().and_then(|document| document.document_element()) {
        // Refused for names alone that are none.
        root.set_attribute("lang", tag).ok();
    }
}

/// Whether the [`LOCK`] is in place.
pub fn is_locked() -> bool {
    let found = document().and_then(|document| document.query_selector_all("head > meta[http-equiv]"));
    let of = |metas: NodeList| {
        let metas = (0..metas.length()).filter_map(|at| metas.item(at)?.dyn_into::<HtmlMetaElement>().ok());
        metas.into_iter().any(|meta| meta.content() == LOCK)
    };
    found.is_ok_and(of)
}

/// Tries to fetch this very page; true where a request went out.
pub async fn try_network() -> bool {
    let Some(window) = web_sys::window() else { return false };
    JsFuture::from(window.fetch_with_str("./?attempt")).await.is_ok()
}

/// Addresses of all that was loaded since the page was opened, the page itself first, each with when that began, in
/// milliseconds.
pub fn requests() -> Vec<(String, f64)> {
    let clock = web_sys::window().and_then(|window| window.performance());
    let Some(clock) = clock else { return Vec::new() };
    let of = |kind: &str| clock.get_entries_by_type(kind).iter().collect::<Vec<_>>();
    let entries = of("navigation").into_iter().chain(of("resource"));
    let entry = |entry: JsValue| {
        let entry: PerformanceEntry = entry.unchecked_into();
        (entry.name(), entry.start_time())
    };
    // What the page makes of itself comes from no network.
    entries.map(entry).filter(|(address, _)| !address.starts_with("blob:")).collect()
}

/// Listens to an element's scrolling and to changes of its size, until this is dropped.
pub struct Listening {
    element: Element,
    observer: ResizeObserver,
    on_scroll: Closure<dyn Fn()>,
    _on_resize: Closure<dyn Fn()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.observer.disconnect();
        let listener = self.on_scroll.as_ref().unchecked_ref();
        // Fails for a listener alone that is no function.
        self.element.remove_event_listener_with_callback("scroll", listener).ok();
    }
}

/// Tells each time that an element is scrolled or changes its size.
pub fn on_scroll(element: &Element, tell: impl Fn() + Clone + 'static) -> Option<Listening> {
    let (on_scroll, on_resize) = (Closure::<dyn Fn()>::new(tell.clone()), Closure::<dyn Fn()>::new(tell));
    element.add_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref()).ok()?;
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    observer.observe(element);
    Some(Listening { element: element.clone(), observer, on_scroll, _on_resize: on_resize })
}

/// The file that was chosen in an input; the same one, changed meanwhile, can be chosen again.
pub fn chosen(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files().and_then(|files| files.get(0));
    input.set_value("");
    file
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
