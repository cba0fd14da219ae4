//! The ranked list of a file.

use super::TITLE_ID;
use crate::agent::{Export, Request};
use crate::components::{
    column_table::{ColumnTable, ColumnTableProps},
    lead_table::LeadTable,
    pager::Pager,
    rejects::Rejects,
    toolbar::Toolbar,
};
use crate::hooks::engine::Engine;
use crate::state::{Action, Ask, List};
use crate::text;
use scorer::lead::mapping::Mapping;
use std::rc::Rc;
use yew::{Callback, Html, Properties, component, html};

/// What the page shows and tells.
#[derive(PartialEq, Properties)]
pub struct ListPageProps {
    /// The list.
    pub list: Rc<List>,
    /// The worker.
    pub engine: Engine,
    /// Something happened.
    pub on_action: Callback<Action>,
}

/// The page.
#[component]
pub fn ListPage(props: &ListPageProps) -> Html {
    let list = &props.list;
    let summary = &list.summary;
    let on_ask = props.on_action.reform(Action::Asked);
    let caption = text::ranked(summary.rows);
    html! {
        <main class="list">
            <div class="list-head">
                <h1 id={TITLE_ID} tabindex="-1">{&list.file}</h1>
                <p class="quiet figures" role="status">{text::summary(list)}</p>
            </div>
            <Toolbar list={list.clone()} on_ask={on_ask.clone()} on_download={export(props, Export::Scores)} />
            <div class="asides">
                if !summary.mapped.is_empty() {
                    <ColumnTable mapped={ColumnTableProps::columns(summary)} on_change={again(props)} />
                }
                {for text::origin(&summary.origin).into_iter().map(|line| html! { <p class="aside quiet">{line}</p> })}
                {names(&summary.missing, text::missing, text::field_label)}
                {names(&summary.unknown, text::unknown, str::to_owned)}
                if summary.repeated > 0 {
                    <p class="aside quiet">
                        {text::repeated(summary.repeated)}{" "}
                        <button class="fold" id="fold" aria-pressed={list.query.folded.to_string()} onclick={on_ask.reform(|_| Ask::Fold)}>
                            {if list.query.folded { text::UNFOLD } else { text::FOLD }}
                        </button>
                    </p>
                }
                if summary.rejects > 0 {
                    <Rejects
                        count={summary.rejects} lines={list.rejects.clone()} open={list.rejects_open}
                        on_toggle={props.on_action.reform(|()| Action::RejectsToggled)}
                        on_download={export(props, Export::Rejects)}
                    />
                }
            </div>
            <LeadTable
                {caption} columns={summary.columns.clone()} query={list.query.clone()} window={list.window.clone()}
                on_sort={on_ask.reform(Ask::Sort)}
            />
            if let Some(window) = &list.window {
                <Pager window={window.clone()} all={summary.rows} on_page={on_ask.reform(Ask::Page)} />
            }
        </main>
    }
}

/// A line about some columns, and behind a click which.
fn names(names: &[String], line: fn(u32) -> String, word: fn(&str) -> String) -> Html {
    if names.is_empty() {
        return Html::default();
    }
    let item = |name: &String| {
        let word = word(name);
        html! { <li>{if word == *name { word } else { format!("{word} ({name})") }}</li> }
    };
    html! {
        <details class="aside">
            <summary>{line(names.len() as u32)}</summary>
            <ul class="names">{for names.iter().map(item)}</ul>
        </details>
    }
}

fn again(props: &ListPageProps) -> Callback<Mapping> {
    let engine = props.engine.clone();
    Callback::from(move |mapping| engine.read_again(mapping))
}

fn export(props: &ListPageProps, what: Export) -> Callback<()> {
    let (engine, on_action, list) = (props.engine.clone(), props.on_action.clone(), props.list.clone());
    Callback::from(move |()| {
        engine.send(&Request::Export { job: list.job, what, file: list.file.clone() });
        on_action.emit(Action::ExportAsked(what));
    })
}
