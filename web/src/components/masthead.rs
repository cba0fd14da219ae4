//! The top of the page: the name and, beside a list, the ways elsewhere.

use crate::state::View;
use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// What the masthead shows and tells.
#[derive(PartialEq, Properties)]
pub struct MastheadProps {
    /// What the page shows.
    pub view: View,
    /// Whether there is a list to go back to.
    pub has_list: bool,
    /// Another view is wanted.
    pub on_view: Callback<View>,
}

/// The masthead.
#[component]
pub fn Masthead(props: &MastheadProps) -> Html {
    let way = |view: View, words: &'static str| {
        html! { <button class="button button-small" onclick={props.on_view.reform(move |_| view)}>{words}</button> }
    };
    html! {
        <header class="masthead">
            <span class="brand">
                <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                    <path d="M9 7v18h14" />
                    <path class="brand-ray" d="M16 19l7-10" />
                    <circle class="brand-light" cx="23" cy="9" r="3" />
                </svg>
                {text::NAME}
            </span>
            <nav class="ways">
                if props.view == View::List {
                    {way(View::Lead, text::BY_HAND)}
                    {way(View::Start, text::ANOTHER)}
                } else if props.has_list {
                    {way(View::List, text::BACK_TO_LIST)}
                } else if props.view == View::Lead {
                    {way(View::Start, text::BACK)}
                }
            </nav>
        </header>
    }
}
