//! What is done with a list as a whole: filter by grade, search, and the tools that open below.

use super::grade_chips::GradeChips;
use crate::state::{Ask, List, Look, Tool};
use crate::text;
use std::rc::Rc;
use std::time::Duration;
use web_sys::{HtmlInputElement, InputEvent};
use yew::platform::{spawn_local, time::sleep};
use yew::{Callback, Html, Properties, TargetCast, classes, component, html, use_effect_with, use_mut_ref, use_state};

/// How long typing has to rest before the list is searched.
const REST: Duration = Duration::from_millis(150);

/// What the toolbar shows and tells.
#[derive(PartialEq, Properties)]
pub struct ToolbarProps {
    /// The list.
    pub list: Rc<List>,
    /// Other rows are wanted.
    pub on_ask: Callback<Ask>,
    /// The list is looked at otherwise.
    pub on_look: Callback<Look>,
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
    html! {
        <div class="toolbar" role="group" aria-label={text::tools()}>
            <GradeChips
                grades={list.summary.grades.clone()}
                chosen={list.query.grades.clone()}
                on_toggle={props.on_ask.reform(Ask::Grade)}
            />
            <input
                id="search" type="search" class="search" aria-label={text::search_hint()} placeholder={text::search_hint()}
                value={(*typed).clone()} {oninput}
            />
            {tool(props, Tool::Filters, "filters", text::filters_set(list.query.filters()))}
            {tool(props, Tool::Columns, "columns", text::shown_columns().to_owned())}
            {tool(props, Tool::Take, "download", text::take().to_owned())}
        </div>
    }
}

/// Opens a tool below, or closes it.
fn tool(props: &ToolbarProps, tool: Tool, id: &'static str, words: String) -> Html {
    let is_open = props.list.tool == Some(tool);
    let class = classes!("button", (tool == Tool::Take).then_some("button-main"));
    html! {
        <button {id} {class} aria-expanded={is_open.to_string()} onclick={props.on_look.reform(move |_| Look::Tool(tool))}>
            {words}
        </button>
    }
}
