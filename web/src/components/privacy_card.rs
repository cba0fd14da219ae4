//! Privacy guarantee, with a link to its explanation.

use crate::text;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`PrivacyCard`].
#[derive(PartialEq, Properties)]
pub struct PrivacyCardProps {
    /// Called to open the explanation.
    pub on_more: Callback<()>,
}

/// Card with the guarantee.
#[component]
pub fn PrivacyCard(props: &PrivacyCardProps) -> Html {
    html! {
        <section class="card">
            <h2>
                <svg class="lock" viewBox="0 0 20 20" aria-hidden="true">
                    <path d="M6 9V6a4 4 0 0 1 8 0v3" />
                    <rect x="4" y="9" width="12" height="8" rx="2" />
                </svg>
                {text::promise()}
            </h2>
            <button class="button button-small" id="privacy" onclick={props.on_more.reform(|_| ())}>{text::promise_more()}</button>
        </section>
    }
}
