//! Toolbar of the list: grade filter, search, and buttons that open tool panels.

use super::grade_chips::GradeChips;
use crate::state::{DisplayChange, LeadList, QueryChange, Tool};
use crate::{browser, text};
use std::rc::Rc;
use std::time::Duration;
use web_sys::InputEvent;
use yew::platform::{spawn_local, time::sleep};
use yew::{Callback, Html, Properties, classes, component, html, use_effect_with, use_mut_ref, use_state};

/// Debounce delay of the search.
const SEARCH_DELAY: Duration = Duration::from_millis(150);

/// Properties of [`Toolbar`].
#[derive(PartialEq, Properties)]
pub struct ToolbarProps {
    /// The list.
    pub list: Rc<LeadList>,
    /// Called to change the query.
    pub on_query: Callback<QueryChange>,
    /// Called to change the display.
    pub on_display: Callback<DisplayChange>,
}

/// Toolbar.
#[component]
pub fn Toolbar(props: &ToolbarProps) -> Html {
    let list = &props.list;
    let typed = use_state(|| list.query.search.clone());
    let strokes = use_mut_ref(|| 0_u32);
    // Unmounting cancels a pending search.
    let unmounted = strokes.clone();
    use_effect_with((), move |()| move || *unmounted.borrow_mut() += 1);
    let (on_query, set_typed) = (props.on_query.clone(), typed.clone());
    let oninput = move |event: InputEvent| {
        let text = browser::control_value(&event);
        set_typed.set(text.clone());
        *strokes.borrow_mut() += 1;
        let (stroke, strokes, on_query) = (*strokes.borrow(), strokes.clone(), on_query.clone());
        spawn_local(async move {
            sleep(SEARCH_DELAY).await;
            if *strokes.borrow() == stroke {
                on_query.emit(QueryChange::Search(text));
            }
        });
    };
    html! {
        <div class="toolbar" role="group" aria-label={text::tools()}>
            <GradeChips
                grades={list.summary.grades.clone()}
                chosen={list.query.grades.clone()}
                on_toggle={props.on_query.reform(QueryChange::Grade)}
            />
            <input
                id="search" type="search" class="search" aria-label={text::search_hint()} placeholder={text::search_hint()}
                value={(*typed).clone()} {oninput}
            />
            {tool_button(props, Tool::Filters, "filters", text::filters_set(list.query.filter_count()))}
            {tool_button(props, Tool::Columns, "columns", text::shown_columns().to_owned())}
            {tool_button(props, Tool::Export, "download", text::export().to_owned())}
        </div>
    }
}

/// Button that toggles a tool panel.
fn tool_button(props: &ToolbarProps, tool: Tool, id: &'static str, label: String) -> Html {
    let is_open = props.list.tool == Some(tool);
    let class = classes!("button", (tool == Tool::Export).then_some("button-main"));
    html! {
        <button {id} {class} aria-expanded={is_open.to_string()} onclick={props.on_display.reform(move |_| DisplayChange::Tool(tool))}>
            {label}
        </button>
    }
}
