//! The browser as the document needs it: its address, its parts, what the user does.
//!
//! Owns the calls. May not know the API or what is drawn. What is put into the page comes from `scorer::chart`, which
//! escapes everything; messages are set as text.

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

/// What an address asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    /// Names and values behind `?`.
    pub(super) pairs: Vec<(String, String)>,
    /// What stands behind `#`.
    pub(super) place: String,
    /// All of it, as written.
    text: String,
}

/// What the user wants.
pub(super) enum Wish {
    /// Another page; `is_new` unless it is one that was gone back to.
    Page { query: Query, is_new: bool },
    /// To be let in.
    Key(String),
    /// The full report, as a file.
    Report,
    /// The overview, as a file.
    Data,
}

/// Puts the second policy in place: nothing but this origin can be reached any more. Policies only ever tighten.
pub(super) fn tighten(origin: &str) -> Result<(), JsValue> {
    let document = document().ok_or("no document")?;
    let meta: HtmlMetaElement = document.create_element("meta")?.dyn_into()?;
    meta.set_http_equiv("Content-Security-Policy");
    meta.set_content(&format!("connect-src {origin}"));
    document.head().ok_or("no head")?.append_child(&meta)?;
    Ok(())
}

/// Says where the key goes.
pub(super) fn name_api(origin: &str) {
    if let Some(element) = element(API) {
        element.set_text_content(Some(origin));
    }
}

/// What the document's own address asks for.
pub(super) fn location() -> Query {
    let location = window().map(|window| window.location());
    let part = |part: Option<Result<String, JsValue>>| part.and_then(Result::ok).unwrap_or_default();
    let search = part(location.as_ref().map(|location| location.search()));
    query(&format!("{search}{}", part(location.map(|location| location.hash()))))
}

/// Puts a query into the document's address, so that it can be gone back to and sent to others.
pub(super) fn remember(query: &Query) {
    let history = window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let address = if query.text.is_empty() { "?" } else { &query.text };
        // Refused only when asked too often; the page is shown all the same.
        history.push_state_with_url(&JsValue::NULL, "", Some(address)).ok();
    }
}

/// Now, as RFC 3339.
pub(super) fn now() -> String {
    String::from(Date::new_0().to_iso_string())
}

/// Shows that something is on its way.
pub(super) fn wait() {
    set(PAGE, "aria-busy", "true");
}

/// Shows the page, and the place in it that was asked for.
pub(super) fn draw(content: &str, place: &str) {
    hide(MESSAGE, true);
    hide(KEY, true);
    set(PAGE, "aria-busy", "false");
    let Some(page) = element(PAGE) else { return };
    page.set_inner_html(content);
    // What had the keyboard's focus is gone.
    if let Ok(page) = page.dyn_into::<HtmlElement>() {
        page.focus().ok();
    }
    if !place.is_empty() {
        browser::scroll_into_view(place);
    }
}

/// Says something instead of the page.
pub(super) fn tell(words: &str) {
    set(PAGE, "aria-busy", "false");
    if let Some(page) = element(PAGE) {
        page.set_text_content(None);
    }
    if let Some(message) = element(MESSAGE) {
        message.set_text_content(Some(words));
    }
    hide(MESSAGE, false);
}

/// Lets a key be typed.
pub(super) fn ask_for_key() {
    hide(KEY, false);
    browser::focus(KEY_VALUE);
}

/// Offers made-up data behind the message.
pub(super) fn offer_simulation(words: &str) {
    let link = document().and_then(|document| document.create_element("a").ok());
    if let (Some(link), Some(page)) = (link, element(PAGE)) {
        // Neither can be refused for these names.
        link.set_attribute("href", "?simulated=true").ok();
        link.set_text_content(Some(words));
        page.append_child(&link).ok();
    }
}

/// Lets the user keep a text as a file.
pub(super) fn keep(text: &str, name: &str, kind: &str) -> Result<(), JsValue> {
    browser::download(&browser::text_blob(text, kind)?, name)
}

/// Hears what the user does, for as long as the document lives.
pub(super) fn listen(heard: impl Fn(Wish) + 'static) {
    let heard = Rc::new(heard);
    let (clicked, submitted) = (heard.clone(), heard.clone());
    if let Some(document) = document() {
        hear(&document, "click", move |event| clicked_link(&event).map(&*clicked));
        hear(&document, "submit", move |event| sent_form(&event).map(&*submitted));
    }
    if let Some(window) = window() {
        hear(&window, "popstate", move |_| {
            heard(Wish::Page { query: location(), is_new: false });
            None
        });
    }
}

fn hear(target: &web_sys::EventTarget, kind: &str, heard: impl Fn(Event) -> Option<()> + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(move |event| {
        heard(event);
    });
    // Fails for no kind of event.
    target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref()).ok();
    closure.forget();
}

/// A link to another query of this page, or to a file made here.
fn clicked_link(event: &Event) -> Option<Wish> {
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let wish = match link.get_attribute("data-way").as_deref() {
        Some("report") => Wish::Report,
        Some("data") => Wish::Data,
        _ => {
            let address = link.get_attribute("href").filter(|address| address.starts_with('?'))?;
            Wish::Page { query: query(&address), is_new: true }
        }
    };
    event.prevent_default();
    Some(wish)
}

/// A form of the page, or the key.
fn sent_form(event: &Event) -> Option<Wish> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    event.prevent_default();
    if form.id() == KEY {
        let input = element(KEY_VALUE)?.dyn_into::<HtmlInputElement>().ok()?;
        let key = input.value();
        input.set_value("");
        return Some(Wish::Key(key));
    }
    let data = FormData::new_with_form(&form).ok()?;
    let written = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(Wish::Page { query: query(&format!("?{}", String::from(written.to_string()))), is_new: true })
}

fn query(text: &str) -> Query {
    let (search, place) = text.split_once('#').unwrap_or((text, ""));
    let pair = |pair: JsValue| {
        let pair = Array::from(&pair);
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    let parsed = UrlSearchParams::new_with_str(search).ok();
    let pairs = parsed.and_then(|parsed| js_sys::try_iter(&parsed).ok().flatten());
    let pairs = pairs.into_iter().flatten().filter_map(Result::ok).filter_map(pair).collect();
    Query { pairs, place: place.to_owned(), text: text.to_owned() }
}

fn set(id: &str, name: &str, value: &str) {
    if let Some(element) = element(id) {
        // Refused for names alone that are none.
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
