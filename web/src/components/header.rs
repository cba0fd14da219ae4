//! Page header: name, navigation and language.

use crate::language::Language;
use crate::state::View;
use crate::{browser, text};
use web_sys::Event;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`Header`].
#[derive(PartialEq, Properties)]
pub struct HeaderProps {
    /// Current view.
    pub view: View,
    /// True when there is a list to go back to.
    pub has_list: bool,
    /// Display language.
    pub language: Language,
    /// Called to open a view.
    pub on_view: Callback<View>,
    /// Called to change the language.
    pub on_language: Callback<Language>,
}

/// Page header.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let link = |view: View, label: &'static str| {
        html! { <button class="button button-small" onclick={props.on_view.reform(move |_| view)}>{label}</button> }
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
                    {link(View::Lead, text::score_one())}
                    {link(View::Start, text::another_file())}
                } else if props.has_list {
                    {link(View::List, text::back_to_list())}
                } else if props.view != View::Start {
                    {link(View::Start, text::back())}
                }
                {languages(props)}
            </nav>
        </header>
    }
}

fn languages(props: &HeaderProps) -> Html {
    let onchange = props.on_language.reform(|event: Event| Language::from_tag(&browser::control_value(&event)));
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
