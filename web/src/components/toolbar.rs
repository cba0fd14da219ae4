//! What is done with a list as a whole: filter by grade, search, keep.

use super::grade_chips::GradeChips;
use crate::agent::Export;
use crate::state::{Ask, List};
use crate::text;
use std::rc::Rc;
use std::time::Duration;
use web_sys::{HtmlInputElement, InputEvent};
use yew::platform::{spawn_local, time::sleep};
use yew::{Callback, Html, Properties, TargetCast, component, html, use_effect_with, use_mut_ref, use_state};

/// How long typing has to rest before the list is searched.
const REST: Duration = Duration::from_millis(150);

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
    let typed = use_state(|| list.query.search.clone());
    let strokes = use_mut_ref(|| 0_u32);
    let gone = strokes.clone();
    use_effect_with((), move |()| move || *gone.borrow_mut() += 1);
    let (on_ask, into) = (props.on_ask.clone(), typed.clone());
    let oninput = move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        into.set(text.clone());
        *strokes.borrow_mut() += 1;
        let (stroke, strokes, on_ask) = (*strokes.borrow(), strokes.clone(), on_ask.clone());
        spawn_local(async move {
            sleep(REST).await;
            if *strokes.borrow() == stroke {
                on_ask.emit(Ask::Search(text));
            }
        });
    };
    let busy = list.exporting == Some(Export::Scores);
    html! {
        <div class="toolbar" role="group" aria-label={text::TOOLS}>
            <GradeChips
                grades={list.summary.grades.clone()}
                chosen={list.query.grades.clone()}
                on_toggle={props.on_ask.reform(Ask::Grade)}
            />
            <input
                id="search" type="search" class="search" aria-label={text::SEARCH_HINT} placeholder={text::SEARCH_HINT}
                value={(*typed).clone()} {oninput}
            />
            <button class="button button-main" id="download" disabled={busy} onclick={props.on_download.reform(|_| ())}>
                {if busy { text::DOWNLOADING } else { text::DOWNLOAD }}
            </button>
        </div>
    }
}
