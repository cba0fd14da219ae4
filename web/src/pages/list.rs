//! Ranked list of a file.

use super::TITLE_ID;
use crate::components::{
    column_picker::ColumnPicker,
    column_table::ColumnTable,
    encoding_picker::EncodingPicker,
    export_panel::ExportPanel,
    filter_panel::FilterPanel,
    lead_panel::LeadPanel,
    lead_table::{LeadTable, TABLE_ID},
    pager::Pager,
    rejects::Rejects,
    selection_bar::SelectionBar,
    toolbar::Toolbar,
};
use crate::engine::Engine;
use crate::protocol::{Export, LeadSet, ListSummary, Mark, ModelInfo, Request};
use crate::state::{Action, DisplayChange, LeadList, OpenLead, QueryChange, Tool};
use crate::{browser, text};
use scorer::lead::mapping::Mapping;
use scorer::lead::schema::Schema;
use std::cmp::Ordering;
use std::rc::Rc;
use yew::{Callback, Html, Properties, component, hook, html, use_callback, use_effect_with, use_mut_ref};

/// Properties of [`ListPage`].
#[derive(PartialEq, Properties)]
pub struct ListPageProps {
    /// The list.
    pub list: Rc<LeadList>,
    /// Models in use.
    pub models: Rc<Vec<ModelInfo>>,
    /// Fields of these models.
    pub schema: Rc<Schema>,
    /// Scoring worker.
    pub engine: Engine,
    /// Called with each action.
    pub on_action: Callback<Action>,
}

/// List page.
#[component]
pub fn ListPage(props: &ListPageProps) -> Html {
    let list = &props.list;
    // Stable callbacks: unchanged rows are not rendered again.
    let on_query =
        use_callback(props.on_action.clone(), |change, on_action| on_action.emit(Action::QueryChanged(change)));
    let on_display =
        use_callback(props.on_action.clone(), |change, on_action| on_action.emit(Action::DisplayChanged(change)));
    let on_select = use_callback((props.engine.clone(), list.job), |(leads, selected), (engine, job)| {
        engine.send(&Request::Select { job: *job, leads, selected });
    });
    use_focus_return(list.open.is_some());
    let clear = on_select.clone();
    html! {
        <main class="list">
            <div class="list-head">
                <h1 id={TITLE_ID} tabindex="-1">{&list.file}</h1>
                <p class="quiet figures" role="status">{text::summary(list)}</p>
            </div>
            <Toolbar list={list.clone()} on_query={on_query.clone()} on_display={on_display.clone()} />
            {tool_panel(props, &on_query, &on_display)}
            {file_notes(props, &on_query, &on_display)}
            if list.counts.selected > 0 {
                <SelectionBar
                    selected={list.counts.selected} on_mark={mark(props, LeadSet::Selected)}
                    on_clear={Callback::from(move |()| clear.emit((LeadSet::Selected, false)))}
                />
            }
            <div class="list-body">
                <LeadTable list={list.clone()} on_query={on_query.clone()} on_display={on_display.clone()} {on_select} />
                {for list.open.as_ref().map(|open| lead_panel(props, open))}
            </div>
            {footer(list, &on_query, &on_display)}
        </main>
    }
}

fn tool_panel(props: &ListPageProps, on_query: &Callback<QueryChange>, on_display: &Callback<DisplayChange>) -> Html {
    let (list, on_query, on_display) = (props.list.clone(), on_query.clone(), on_display.clone());
    match list.tool {
        Some(Tool::Filters) => html! { <FilterPanel {list} {on_query} {on_display} /> },
        Some(Tool::Columns) => html! { <ColumnPicker {list} {on_query} /> },
        Some(Tool::Export) => {
            let (engine, on_action, exported) = (props.engine.clone(), props.on_action.clone(), list.clone());
            let on_export = Callback::from(move |what| export(&engine, &on_action, &exported, what));
            html! { <ExportPanel {list} {on_export} /> }
        }
        None => Html::default(),
    }
}

/// Lists notes about the imported file.
fn file_notes(props: &ListPageProps, on_query: &Callback<QueryChange>, on_display: &Callback<DisplayChange>) -> Html {
    let (list, summary) = (&props.list, &props.list.summary);
    let (engine, on_action, exported) = (props.engine.clone(), props.on_action.clone(), list.clone());
    html! {
        <div class="asides">
            if !summary.mapped_columns.is_empty() {
                <ColumnTable summary={summary.clone()} schema={props.schema.clone()} on_change={change_mapping(props)} />
            }
            if let Some(encoding) = &summary.format.encoding {
                <EncodingPicker encoding={encoding.clone()} on_change={change_encoding(props)} />
            }
            {for list.sheet.as_ref().map(|sheet| html! { <p class="aside quiet" id="sheet">{text::sheet(sheet)}</p> })}
            {for list.sheet.iter().flat_map(text::sheet_details).map(|line| html! { <p class="aside quiet">{line}</p> })}
            {for text::file_format(&summary.format).into_iter().map(|line| html! { <p class="aside quiet">{line}</p> })}
            {missing_fields(props)}
            {unseen_values(summary)}
            {names(&summary.unmapped_columns, text::unmapped_columns, str::to_owned)}
            if summary.duplicates > 0 {
                <p class="aside quiet">
                    {text::duplicates(summary.duplicates)}{" "}
                    <button class="fold" id="fold" aria-pressed={list.query.deduplicated.to_string()} onclick={on_query.reform(|_| QueryChange::Deduplicate)}>
                        {if list.query.deduplicated { text::show_duplicates() } else { text::deduplicate() }}
                    </button>
                </p>
            }
            if summary.rejects > 0 {
                <Rejects
                    count={summary.rejects} groups={list.rejects.clone()} open={list.rejects_open}
                    on_toggle={on_display.reform(|()| DisplayChange::Rejects)}
                    on_download={move |()| export(&engine, &on_action, &exported, Export::Rejects)}
                />
            }
        </div>
    }
}

fn lead_panel(props: &ListPageProps, open: &OpenLead) -> Html {
    let on_close = props.on_action.reform(|()| Action::DisplayChanged(DisplayChange::CloseLead));
    html! {
        <LeadPanel
            open={open.clone()} all={props.list.summary.rows} models={props.models.clone()} {on_close}
            on_mark={mark(props, LeadSet::Lead(open.lead))} on_edit={props.on_action.reform(Action::LeadCopiedToForm)}
        />
    }
}

/// Number of matches, paging, and keyboard shortcuts.
fn footer(list: &Rc<LeadList>, on_query: &Callback<QueryChange>, on_display: &Callback<DisplayChange>) -> Html {
    let Some(window) = &list.window else { return Html::default() };
    let matches =
        if window.found == 0 { text::nothing_found().to_owned() } else { text::found(window.found, list.summary.rows) };
    html! {
        <div class="list-foot">
            if list.paged && window.found > 0 {
                <Pager window={window.clone()} all={list.summary.rows} on_page={on_query.reform(QueryChange::Offset)} />
            } else {
                <span class="quiet figures" id="found" role="status">{matches}</span>
            }
            <span class="quiet" id="keys">{text::keys()}</span>
            <button class="fold" id="paged" onclick={on_display.reform(|_| DisplayChange::Paged)}>
                {if list.paged { text::switch_to_scrolling() } else { text::switch_to_paging() }}
            </button>
        </div>
    }
}

/// Lists fields that the file lacks, with their cost according to the model that scored most leads.
fn missing_fields(props: &ListPageProps) -> Html {
    let summary = &props.list.summary;
    let main_model = summary.models.iter().enumerate().max_by_key(|(_, leads)| **leads).map(|(model, _)| model);
    let costs = main_model.and_then(|model| props.models.get(model)).map(|model| model.card.missing_costs.as_slice());
    let cost = |field: &str| costs?.iter().find(|cost| cost.field == field).map(|cost| cost.auc_drop);
    let mut fields = summary.missing_fields.clone();
    fields.sort_by(|one, other| cost(other).partial_cmp(&cost(one)).unwrap_or(Ordering::Equal));
    names(&fields, text::missing_fields, |field| text::missing_field(field, cost(field)))
}

/// Lists columns with values that the model has never seen.
fn unseen_values(summary: &ListSummary) -> Html {
    let columns = summary.mapped_columns.iter().filter(|mapped| mapped.unseen.cells > 0);
    let lines: Vec<String> =
        columns.map(|mapped| format!("{}:{}", mapped.column.name, text::unseen_values(&mapped.unseen))).collect();
    names(&lines, text::columns_with_unseen_values, str::to_owned)
}

/// Summarizes some columns in a line, which unfolds their names.
fn names(names: &[String], line: fn(u32) -> String, label: impl Fn(&str) -> String) -> Html {
    if names.is_empty() {
        return Html::default();
    }
    let item = |name: &String| html! { <li>{label(name)}</li> };
    html! {
        <details class="aside">
            <summary>{line(names.len() as u32)}</summary>
            <ul class="names">{for names.iter().map(item)}</ul>
        </details>
    }
}

fn change_mapping(props: &ListPageProps) -> Callback<Mapping> {
    let engine = props.engine.clone();
    Callback::from(move |mapping| engine.read_with_mapping(mapping))
}

fn change_encoding(props: &ListPageProps) -> Callback<Option<String>> {
    let engine = props.engine.clone();
    Callback::from(move |encoding| engine.read_with_encoding(encoding))
}

/// Focuses the table when the side panel is closed.
#[hook]
fn use_focus_return(is_open: bool) {
    let was_open = use_mut_ref(|| false);
    use_effect_with(is_open, move |is_open| {
        if was_open.replace(*is_open) && !is_open {
            browser::focus(TABLE_ID);
        }
    });
}

fn mark(props: &ListPageProps, leads: LeadSet) -> Callback<Option<Mark>> {
    let (engine, job) = (props.engine.clone(), props.list.job);
    Callback::from(move |mark| engine.send(&Request::Mark { job, leads: leads.clone(), mark }))
}

fn export(engine: &Engine, on_action: &Callback<Action>, list: &LeadList, what: Export) {
    engine.export(list, what);
    on_action.emit(Action::ExportRequested(what));
}
