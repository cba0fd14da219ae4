//! The top of the page: the name and, beside a list, the ways elsewhere.

use crate::language::Language;
use crate::state::View;
use crate::text;
use web_sys::{Event, HtmlSelectElement};
use yew::{Callback, Html, Properties, TargetCast, component, html};

/// What the masthead shows and tells.
#[derive(PartialEq, Properties)]
pub struct MastheadProps {
    /// What the page shows.
    pub view: View,
    /// Whether there is a list to go back to.
    pub has_list: bool,
    /// The page's language.
    pub language: Language,
    /// Another view is wanted.
    pub on_view: Callback<View>,
    /// Another language is wanted.
    pub on_language: Callback<Language>,
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
                    {way(View::Lead, text::by_hand())}
                    {way(View::Start, text::another())}
                } else if props.has_list {
                    {way(View::List, text::back_to_list())}
                } else if props.view != View::Start {
                    {way(View::Start, text::back())}
                }
                {languages(props)}
            </nav>
        </header>
    }
}

fn languages(props: &MastheadProps) -> Html {
    let onchange = props
        .on_language
        .reform(|event: Event| Language::of(&event.target_unchecked_into::<HtmlSelectElement>().value()));
    let option = |language: Language| {
        let (tag, chosen) = (language.tag(), language == props.language);
        html! { <option value={tag} lang={tag} selected={chosen}>{language.name()}</option> }
    };
    html! {
        <select class="language" id="language" aria-label={text::languages()} {onchange}>
            {for Language::ALL.into_iter().map(option)}
        </select>
    }
}
