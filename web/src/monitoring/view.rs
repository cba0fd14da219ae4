//! Browser calls of the document: address, elements, events. HTML comes from `scorer::chart`, which escapes everything;
//! messages are set as text.

use crate::browser;
use js_sys::{Array, Date};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Document, Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlMetaElement,
    UrlSearchParams, Window,
};

const PAGE: &str = "page";
const MESSAGE: &str = "message";
const KEY: &str = "key";
const KEY_VALUE: &str = "key-value";
const API: &str = "api";

/// Parsed query and fragment of an address.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    /// Query parameters, decoded.
    pub(super) pairs: Vec<(String, String)>,
    /// Fragment, without `#`.
    pub(super) fragment: String,
    /// Original text.
    text: String,
}

/// Action of the user.
pub(super) enum UserAction {
    /// Navigation; `is_new` is false for back and forward.
    Page { query: Query, is_new: bool },
    /// API key entered.
    Key(String),
    /// Download of the drift report.
    Report,
    /// Download of the overview.
    Data,
}

/// Adds a second Content-Security-Policy that allows connections to this origin only. Policies only ever tighten.
pub(super) fn restrict_connections(origin: &str) -> Result<(), JsValue> {
    let document = document().ok_or("no document")?;
    let meta: HtmlMetaElement = document.create_element("meta")?.dyn_into()?;
    meta.set_http_equiv("Content-Security-Policy");
    meta.set_content(&format!("connect-src {origin}"));
    document.head().ok_or("no head")?.append_child(&meta)?;
    Ok(())
}

/// Shows the origin that receives the key.
pub(super) fn show_origin(origin: &str) {
    if let Some(element) = element(API) {
        element.set_text_content(Some(origin));
    }
}

/// Query of the document's address.
pub(super) fn location() -> Query {
    let location = window().map(|window| window.location());
    let part = |part: Option<Result<String, JsValue>>| part.and_then(Result::ok).unwrap_or_default();
    let search = part(location.as_ref().map(|location| location.search()));
    query(&format!("{search}{}", part(location.map(|location| location.hash()))))
}

/// Adds a query to the browser's history.
pub(super) fn push_history(query: &Query) {
    let history = window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let address = if query.text.is_empty() { "?" } else { &query.text };
        // Fails only when rate limited; the page is shown all the same.
        history.push_state_with_url(&JsValue::NULL, "", Some(address)).ok();
    }
}

/// Current time, as RFC 3339.
pub(super) fn now() -> String {
    String::from(Date::new_0().to_iso_string())
}

/// Marks the page as busy.
pub(super) fn set_busy() {
    set(PAGE, "aria-busy", "true");
}

/// Shows the page and scrolls to a fragment.
pub(super) fn render(content: &str, fragment: &str) {
    hide(MESSAGE, true);
    hide(KEY, true);
    set(PAGE, "aria-busy", "false");
    let Some(page) = element(PAGE) else { return };
    page.set_inner_html(content);
    // The focused element no longer exists.
    if let Ok(page) = page.dyn_into::<HtmlElement>() {
        page.focus().ok();
    }
    if !fragment.is_empty() {
        browser::scroll_into_view(fragment);
    }
}

/// Shows a message instead of the page.
pub(super) fn show_message(text: &str) {
    set(PAGE, "aria-busy", "false");
    if let Some(page) = element(PAGE) {
        page.set_text_content(None);
    }
    if let Some(message) = element(MESSAGE) {
        message.set_text_content(Some(text));
    }
    hide(MESSAGE, false);
}

/// Shows the form for the API key.
pub(super) fn ask_for_key() {
    hide(KEY, false);
    browser::focus(KEY_VALUE);
}

/// Adds a link to simulated data.
pub(super) fn offer_simulation(text: &str) {
    let link = document().and_then(|document| document.create_element("a").ok());
    if let (Some(link), Some(page)) = (link, element(PAGE)) {
        // These calls cannot fail for these names.
        link.set_attribute("href", "?simulated=true").ok();
        link.set_text_content(Some(text));
        page.append_child(&link).ok();
    }
}

/// Downloads a text as a file.
pub(super) fn download(text: &str, name: &str, kind: &str) -> Result<(), JsValue> {
    browser::download(&browser::text_blob(text, kind)?, name)
}

/// Calls `handler` for every action of the user, for the lifetime of the document.
pub(super) fn listen(handler: impl Fn(UserAction) + 'static) {
    let handler = Rc::new(handler);
    let (on_click, on_submit) = (handler.clone(), handler.clone());
    if let Some(document) = document() {
        add_listener(&document, "click", move |event| link_action(&event).map(&*on_click));
        add_listener(&document, "submit", move |event| form_action(&event).map(&*on_submit));
    }
    if let Some(window) = window() {
        add_listener(&window, "popstate", move |_| {
            handler(UserAction::Page { query: location(), is_new: false });
            None
        });
    }
}

fn add_listener(target: &web_sys::EventTarget, kind: &str, handler: impl Fn(Event) -> Option<()> + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(move |event| {
        handler(event);
    });
    // Cannot fail.
    target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref()).ok();
    closure.forget();
}

/// Action of a clicked link: a query of this page, or a download.
fn link_action(event: &Event) -> Option<UserAction> {
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let action = match link.get_attribute("data-way").as_deref() {
        Some("report") => UserAction::Report,
        Some("data") => UserAction::Data,
        _ => {
            let address = link.get_attribute("href").filter(|address| address.starts_with('?'))?;
            UserAction::Page { query: query(&address), is_new: true }
        }
    };
    event.prevent_default();
    Some(action)
}

/// Action of a submitted form: a query of this page, or the key.
fn form_action(event: &Event) -> Option<UserAction> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    event.prevent_default();
    if form.id() == KEY {
        let input = element(KEY_VALUE)?.dyn_into::<HtmlInputElement>().ok()?;
        let key = input.value();
        input.set_value("");
        return Some(UserAction::Key(key));
    }
    let data = FormData::new_with_form(&form).ok()?;
    let parameters = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(UserAction::Page { query: query(&format!("?{}", String::from(parameters.to_string()))), is_new: true })
}

fn query(text: &str) -> Query {
    let (search, fragment) = text.split_once('#').unwrap_or((text, ""));
    let pair = |pair: JsValue| {
        let pair = Array::from(&pair);
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    let parsed = UrlSearchParams::new_with_str(search).ok();
    let pairs = parsed.and_then(|parsed| js_sys::try_iter(&parsed).ok().flatten());
    let pairs = pairs.into_iter().flatten().filter_map(Result::ok).filter_map(pair).collect();
    Query { pairs, fragment: fragment.to_owned(), text: text.to_owned() }
}

fn set(id: &str, name: &str, value: &str) {
    if let Some(element) = element(id) {
        // Fails only for invalid names.
        element.set_attribute(name, value).ok();
    }
}

fn hide(id: &str, hidden: bool) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.set_hidden(hidden);
    }
}

fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

fn document() -> Option<Document> {
    window()?.document()
}

fn window() -> Option<Window> {
    web_sys::window()
}
