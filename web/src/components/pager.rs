//! Which rows are in sight, and the ways to others.

use crate::agent::Window;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the pager shows and tells.
#[derive(PartialEq, Properties)]
pub struct PagerProps {
    /// The rows in sight.
    pub window: Window,
    /// How many there are without a filter.
    pub all: u32,
    /// The rows from this one on are wanted.
    pub on_page: Callback<u32>,
}

/// The pager.
#[component]
pub fn Pager(props: &PagerProps) -> Html {
    let Window { query, found, rows } = &props.window;
    if *found == 0 {
        return html! { <p class="pager quiet" role="status">{text::nothing_found()}</p> };
    }
    let (first, limit) = (query.offset, query.limit);
    let last = first + rows.len() as u32;
    let turn = |words: &'static str, to: Option<u32>| {
        let onclick = props.on_page.reform(move |_| to.unwrap_or(0));
        html! { <button class="button button-small" disabled={to.is_none()} {onclick}>{words}</button> }
    };
    html! {
        <nav class="pager">
            {turn(text::previous(), (first > 0).then(|| first.saturating_sub(limit)))}
            <span role="status">{text::page(first + 1, last, *found, props.all)}</span>
            {turn(text::next(), (last < *found).then_some(last))}
        </nav>
    }
}
