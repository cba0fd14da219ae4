//! The promise about the user's file, and behind a click how it is kept and where it ends.

use crate::text;
use yew::{Html, component, html};

/// The promise.
#[component]
pub fn Privacy() -> Html {
    html! {
        <section class="card">
            <h2>
                <svg class="lock" viewBox="0 0 20 20" aria-hidden="true">
                    <path d="M6 9V6a4 4 0 0 1 8 0v3" />
                    <rect x="4" y="9" width="12" height="8" rx="2" />
                </svg>
                {text::PROMISE}
            </h2>
            <details>
                <summary>{text::PROMISE_MORE}</summary>
                {for text::PROMISE_HOW.iter().map(|words| html! { <p>{words}</p> })}
            </details>
        </section>
    }
}
