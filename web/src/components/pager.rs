//! Page navigation of the list.

use crate::protocol::Window;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`Pager`].
#[derive(PartialEq, Properties)]
pub struct PagerProps {
    /// Current page.
    pub window: Window,
    /// Number of leads without filters.
    pub all: u32,
    /// Called with the first row of another page.
    pub on_page: Callback<u32>,
}

/// Previous and next button with the current range.
#[component]
pub fn Pager(props: &PagerProps) -> Html {
    let Window { query, found, rows } = &props.window;
    if *found == 0 {
        return html! { <p class="pager quiet" role="status">{text::nothing_found()}</p> };
    }
    let (first, limit) = (query.offset, query.limit);
    let last = first + rows.len() as u32;
    let button = |label: &'static str, to: Option<u32>| {
        let onclick = props.on_page.reform(move |_| to.unwrap_or(0));
        html! { <button class="button button-small" disabled={to.is_none()} {onclick}>{label}</button> }
    };
    html! {
        <nav class="pager">
            {button(text::previous(), (first > 0).then(|| first.saturating_sub(limit)))}
            <span role="status">{text::page(first + 1, last, *found, props.all)}</span>
            {button(text::next(), (last < *found).then_some(last))}
        </nav>
    }
}
