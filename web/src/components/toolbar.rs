//! What is done with a list as a whole: filter by grade, search, keep.

use super::grade_chips::GradeChips;
use crate::agent::Export;
use crate::state::{Ask, List};
use crate::text;
use std::rc::Rc;
use web_sys::{HtmlInputElement, InputEvent};
use yew::{Callback, Html, Properties, TargetCast, component, html};

/// What the toolbar shows and tells.
#[derive(PartialEq, Properties)]
pub struct ToolbarProps {
    /// The list.
    pub list: Rc<List>,
    /// Other rows are wanted.
    pub on_ask: Callback<Ask>,
    /// The list is wanted as a file.
    pub on_download: Callback<()>,
}

/// The toolbar.
#[component]
pub fn Toolbar(props: &ToolbarProps) -> Html {
    let list = &props.list;
    let on_ask = props.on_ask.clone();
    let oninput = move |event: InputEvent| {
        on_ask.emit(Ask::Search(event.target_unchecked_into::<HtmlInputElement>().value()));
    };
    let busy = list.exporting == Some(Export::Scores);
    html! {
        <div class="toolbar" role="toolbar" aria-label={text::SEARCH}>
            <GradeChips
                grades={list.summary.grades.clone()}
                chosen={list.query.grades.clone()}
                on_toggle={props.on_ask.reform(Ask::Grade)}
            />
            <input
                id="search" type="search" class="search" aria-label={text::SEARCH_HINT} placeholder={text::SEARCH_HINT}
                value={list.query.search.clone()} {oninput}
            />
            <button class="button button-main" id="download" disabled={busy} onclick={props.on_download.reform(|_| ())}>
                {if busy { text::DOWNLOADING } else { text::DOWNLOAD }}
            </button>
        </div>
    }
}
