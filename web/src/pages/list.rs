//! The ranked list of a file.

use super::TITLE_ID;
use crate::agent::{Export, Mark, ModelFacts, Request, Who};
use crate::components::{
    column_picker::ColumnPicker,
    column_table::ColumnTable,
    filter_panel::FilterPanel,
    lead_panel::LeadPanel,
    lead_table::{LeadTable, TABLE_ID},
    pager::Pager,
    rejects::Rejects,
    selection_bar::SelectionBar,
    take_panel::TakePanel,
    toolbar::Toolbar,
};
use crate::hooks::engine::Engine;
use crate::state::{Action, Ask, List, Look, Opened, Tool};
use crate::{browser, text};
use scorer::lead::mapping::Mapping;
use scorer::lead::schema::Schema;
use std::cmp::Ordering;
use std::rc::Rc;
use yew::{Callback, Html, Properties, component, hook, html, use_callback, use_effect_with, use_mut_ref};

/// What the page shows and tells.
#[derive(PartialEq, Properties)]
pub struct ListPageProps {
    /// The list.
    pub list: Rc<List>,
    /// The models in use.
    pub models: Rc<Vec<ModelFacts>>,
    /// The fields that they know.
    pub schema: Rc<Schema>,
    /// The worker.
    pub engine: Engine,
    /// Something happened.
    pub on_action: Callback<Action>,
}

/// The page.
#[component]
pub fn ListPage(props: &ListPageProps) -> Html {
    let list = &props.list;
    // The same ones each time, so that rows which have not changed are not drawn anew.
    let on_ask = use_callback(props.on_action.clone(), |ask, on_action| on_action.emit(Action::Asked(ask)));
    let on_look = use_callback(props.on_action.clone(), |look, on_action| on_action.emit(Action::Looked(look)));
    let on_select = use_callback((props.engine.clone(), list.job), |(who, on), (engine, job)| {
        engine.send(&Request::Select { job: *job, who, on });
    });
    use_return(list.open.is_some());
    let clear = on_select.clone();
    html! {
        <main class="list">
            <div class="list-head">
                <h1 id={TITLE_ID} tabindex="-1">{&list.file}</h1>
                <p class="quiet figures" role="status">{text::summary(list)}</p>
            </div>
            <Toolbar list={list.clone()} on_ask={on_ask.clone()} on_look={on_look.clone()} />
            {tool(props, &on_ask, &on_look)}
            {asides(props, &on_ask, &on_look)}
            if list.tally.selected > 0 {
                <SelectionBar
                    selected={list.tally.selected} on_mark={mark(props, Who::Selected)}
                    on_clear={Callback::from(move |()| clear.emit((Who::Selected, false)))}
                />
            }
            <div class="list-body">
                <LeadTable list={list.clone()} on_ask={on_ask.clone()} on_look={on_look.clone()} {on_select} />
                {for list.open.as_ref().map(|open| panel(props, open))}
            </div>
            {foot(list, &on_ask, &on_look)}
        </main>
    }
}

fn tool(props: &ListPageProps, on_ask: &Callback<Ask>, on_look: &Callback<Look>) -> Html {
    let (list, on_ask, on_look) = (props.list.clone(), on_ask.clone(), on_look.clone());
    match list.tool {
        Some(Tool::Filters) => html! { <FilterPanel {list} {on_ask} {on_look} /> },
        Some(Tool::Columns) => html! { <ColumnPicker {list} {on_ask} /> },
        Some(Tool::Take) => {
            let (engine, on_action, of) = (props.engine.clone(), props.on_action.clone(), list.clone());
            let on_take = Callback::from(move |what| take(&engine, &on_action, &of, what));
            html! { <TakePanel {list} {on_take} /> }
        }
        None => Html::default(),
    }
}

/// What there is to say of the file, one step aside from the list.
fn asides(props: &ListPageProps, on_ask: &Callback<Ask>, on_look: &Callback<Look>) -> Html {
    let (list, summary) = (&props.list, &props.list.summary);
    let (engine, on_action, of) = (props.engine.clone(), props.on_action.clone(), list.clone());
    html! {
        <div class="asides">
            if !summary.mapped.is_empty() {
                <ColumnTable summary={summary.clone()} schema={props.schema.clone()} on_change={again(props)} />
            }
            {for list.sheet.as_ref().map(|sheet| html! { <p class="aside quiet" id="sheet">{text::sheet(sheet)}</p> })}
            {for text::origin(&summary.origin).into_iter().map(|line| html! { <p class="aside quiet">{line}</p> })}
            {missing(props)}
            {names(&summary.unknown, text::unknown, str::to_owned)}
            if summary.repeated > 0 {
                <p class="aside quiet">
                    {text::repeated(summary.repeated)}{" "}
                    <button class="fold" id="fold" aria-pressed={list.query.folded.to_string()} onclick={on_ask.reform(|_| Ask::Fold)}>
                        {if list.query.folded { text::unfold() } else { text::fold() }}
                    </button>
                </p>
            }
            if summary.rejects > 0 {
                <Rejects
                    count={summary.rejects} groups={list.rejects.clone()} open={list.rejects_open}
                    on_toggle={on_look.reform(|()| Look::Rejects)}
                    on_download={move |()| take(&engine, &on_action, &of, Export::Rejects)}
                />
            }
        </div>
    }
}

fn panel(props: &ListPageProps, open: &Opened) -> Html {
    let on_close = props.on_action.reform(|()| Action::Looked(Look::NoLead));
    html! {
        <LeadPanel
            open={open.clone()} all={props.list.summary.rows} models={props.models.clone()} {on_close}
            on_mark={mark(props, Who::Lead(open.lead))} on_change={props.on_action.reform(Action::Taken)}
        />
    }
}

/// How many leads there are, the ways to others, and how the keyboard is used.
fn foot(list: &Rc<List>, on_ask: &Callback<Ask>, on_look: &Callback<Look>) -> Html {
    let Some(window) = &list.window else { return Html::default() };
    let words =
        if window.found == 0 { text::nothing_found().to_owned() } else { text::found(window.found, list.summary.rows) };
    html! {
        <div class="list-foot">
            if list.paged && window.found > 0 {
                <Pager window={window.clone()} all={list.summary.rows} on_page={on_ask.reform(Ask::From)} />
            } else {
                <span class="quiet figures" id="found" role="status">{words}</span>
            }
            <span class="quiet" id="keys">{text::keys()}</span>
            <button class="fold" id="paged" onclick={on_look.reform(|_| Look::Paged)}>
                {if list.paged { text::as_scroll() } else { text::as_pages() }}
            </button>
        </div>
    }
}

/// Fields that the file lacks, and what that costs by the card of the model that scored most of its leads.
fn missing(props: &ListPageProps) -> Html {
    let summary = &props.list.summary;
    let most = summary.models.iter().enumerate().max_by_key(|(_, leads)| **leads).map(|(model, _)| model);
    let costs = most.and_then(|model| props.models.get(model)).map(|model| model.card.missing_costs.as_slice());
    let cost = |field: &str| costs?.iter().find(|cost| cost.field == field).map(|cost| cost.auc_drop);
    let mut fields = summary.missing.clone();
    fields.sort_by(|one, other| cost(other).partial_cmp(&cost(one)).unwrap_or(Ordering::Equal));
    names(&fields, text::missing, |field| text::missing_field(field, cost(field)))
}

/// A line about some columns, and behind a click which.
fn names(names: &[String], line: fn(u32) -> String, word: impl Fn(&str) -> String) -> Html {
    if names.is_empty() {
        return Html::default();
    }
    let item = |name: &String| html! { <li>{word(name)}</li> };
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

/// When a lead is closed, the keyboard is back in the table.
#[hook]
fn use_return(is_open: bool) {
    let was_open = use_mut_ref(|| false);
    use_effect_with(is_open, move |is_open| {
        if was_open.replace(*is_open) && !is_open {
            browser::focus(TABLE_ID);
        }
    });
}

fn mark(props: &ListPageProps, who: Who) -> Callback<Option<Mark>> {
    let (engine, job) = (props.engine.clone(), props.list.job);
    Callback::from(move |mark| engine.send(&Request::Mark { job, who: who.clone(), mark }))
}

fn take(engine: &Engine, on_action: &Callback<Action>, list: &List, what: Export) {
    engine.take(list, what);
    on_action.emit(Action::ExportAsked(what));
}
