//! Table of the ranked leads: score first, then the user's own columns.
//!
//! Only visible rows are rendered. The keyboard cursor is exposed as `aria-activedescendant`.

use super::lead_row::{LeadRow, row_id};
use crate::protocol::{Column, LeadSet, Query, Sort, Window};
use crate::state::{DisplayChange, LeadList, QueryChange};
use crate::virtual_scroll::{ROW_HEIGHT, RowSpan, VirtualScroll};
use crate::{browser, text};
use std::rc::Rc;
use std::time::Duration;
use web_sys::{Element, KeyboardEvent};
use yew::platform::{spawn_local, time::sleep};
use yew::{
    Callback, Html, NodeRef, Properties, UseStateHandle, classes, component, hook, html, use_effect_with, use_node_ref,
    use_state_eq,
};

/// Element id of the table, which takes the focus.
pub const TABLE_ID: &str = "leads";

/// Rows that Page Up and Page Down move.
const PAGE_KEY_ROWS: u32 = 15;

/// Rows requested before the rendered ones.
const PREFETCH_ROWS: u32 = 30;

/// Rows of the first render; the others follow in the next frame, since rendering all cells at once would block the page.
const FIRST_ROWS: u32 = 8;

/// Properties of [`LeadTable`].
#[derive(PartialEq, Properties)]
pub struct LeadTableProps {
    /// The list.
    pub list: Rc<LeadList>,
    /// Called to change the query.
    pub on_query: Callback<QueryChange>,
    /// Called to change the display.
    pub on_display: Callback<DisplayChange>,
    /// Called to select or deselect leads.
    pub on_select: Callback<(LeadSet, bool)>,
}

/// Table; while a reply is pending, the previous rows stay, dimmed.
#[component]
pub fn LeadTable(props: &LeadTableProps) -> Html {
    let list = &props.list;
    let frame = use_node_ref();
    let span = use_row_span(props, &frame);
    let span = if use_first_render_done(list.window.is_some()) { span } else { span.truncated(FIRST_ROWS) };
    let is_stale = list.window.as_ref().is_some_and(|window| !window.query.has_same_rows(&list.query));
    let is_empty = list.window.as_ref().is_some_and(|window| window.found == 0);
    let columns: Vec<&Column> = shown_columns(list);
    let width = columns.len() + 5;
    let spacer = |height: f64| {
        let gap = html! { <tr class="gap" aria-hidden="true"><td colspan={width.to_string()} height={height.round().to_string()} /></tr> };
        if height > 0.5 { gap } else { Html::default() }
    };
    html! {
        <div ref={frame} class="table-frame">
            <table
                id={TABLE_ID} class={classes!("leads", is_stale.then_some("stale"))} role="grid" tabindex="0"
                aria-busy={is_stale.to_string()} aria-label={text::ranked(list.summary.rows)} aria-describedby="keys"
                aria-rowcount={(list.found() + 1).to_string()} aria-colcount={width.to_string()} aria-multiselectable="true"
                aria-activedescendant={(!is_empty).then(|| row_id(list.active))} onkeydown={on_key(props)}
            >
                <thead>{head(props, &columns)}</thead>
                <tbody>
                    if let Some(window) = &list.window {
                        {spacer(span.above)}
                        {for (span.from..span.to).map(|index| lead(props, window, index))}
                        {spacer(span.below)}
                    } else {
                        {for (0..12).map(|_| skeleton(width))}
                    }
                </tbody>
            </table>
        </div>
    }
}

/// Returns the columns to show, in order.
fn shown_columns(list: &LeadList) -> Vec<&Column> {
    let column = |index: &u32| list.summary.columns.iter().find(|column| column.index == *index);
    list.query.columns.iter().filter_map(column).collect()
}

/// Returns the rows to render; follows the scroll position of the frame, and scrolls it with the keyboard cursor.
#[hook]
fn use_row_span(props: &LeadTableProps, frame: &NodeRef) -> RowSpan {
    let list = &props.list;
    let (top, view) = (use_state_eq(|| 0.0), use_state_eq(|| 900.0));
    use_viewport(frame, &top, &view);
    let rows = list.found();
    let scroll = VirtualScroll { rows, view: *view };
    let span = if list.paged { page_span(list) } else { scroll.span(*top) };
    let cursor_frame = frame.clone();
    use_effect_with((list.active, list.moves, list.paged), move |(active, _, is_paged)| {
        let Some(frame) = cursor_frame.cast::<Element>() else { return };
        let target = if *is_paged { None } else { scroll.reveal(*active, f64::from(frame.scroll_top())) };
        if let Some(top) = target {
            frame.set_scroll_top(top as i32);
        }
    });
    // Other rows start at the top.
    let top_frame = frame.clone();
    let rows_query = Query { offset: 0, columns: Vec::new(), ..list.query.clone() };
    use_effect_with(rows_query, move |_| {
        if let Some(frame) = top_frame.cast::<Element>() {
            frame.set_scroll_top(0);
        }
    });
    let on_query = props.on_query.clone();
    let fetch = (!list.paged).then(|| missing_offset(list, span)).flatten();
    use_effect_with(fetch, move |fetch| {
        if let Some(offset) = *fetch {
            on_query.emit(QueryChange::Offset(offset));
        }
    });
    span
}

/// Returns true after the first rows were rendered.
#[hook]
fn use_first_render_done(has_rows: bool) -> bool {
    let done = use_state_eq(|| false);
    let set = done.setter();
    use_effect_with(has_rows, move |has_rows| {
        if *has_rows {
            spawn_local(async move {
                sleep(Duration::ZERO).await;
                set.set(true);
            });
        }
    });
    *done
}

/// Tracks the scroll position and the height of the frame.
#[hook]
fn use_viewport(frame: &NodeRef, top: &UseStateHandle<f64>, view: &UseStateHandle<f64>) {
    let (frame, top, view) = (frame.clone(), top.clone(), view.clone());
    use_effect_with((), move |()| {
        let measured = frame.clone();
        let measure = move || {
            if let Some(frame) = measured.cast::<Element>() {
                top.set(f64::from(frame.scroll_top()));
                // The header covers the height of one row.
                view.set((f64::from(frame.client_height()) - ROW_HEIGHT - 1.0).max(1.0));
            }
        };
        let listener = frame.cast::<Element>().map(|frame| browser::observe_scroll(&frame, measure));
        move || drop(listener)
    });
}

/// Returns the offset to request for the rows of a span; `None` when they are received or requested.
fn missing_offset(list: &LeadList, span: RowSpan) -> Option<u32> {
    let covered = |offset: u32| span.from >= offset && span.to <= (offset + list.query.limit).min(list.found());
    (span.to > span.from && !covered(list.query.offset)).then(|| span.from.saturating_sub(PREFETCH_ROWS))
}

/// Returns the rows of the current page.
fn page_span(list: &LeadList) -> RowSpan {
    let from = list.query.offset.min(list.found());
    RowSpan { from, to: (from + list.query.limit).min(list.found()), above: 0.0, below: 0.0 }
}

fn head(props: &LeadTableProps, columns: &[&Column]) -> Html {
    let list = &props.list;
    let all = list.found() > 0 && list.counts.selected >= list.found();
    let header = |column: &&Column| {
        let name = if column.name.is_empty() { text::unnamed() } else { &column.name };
        sortable(props, Sort::Column(column.index), name, if column.numeric { "number" } else { "word" })
    };
    html! {
        <tr aria-rowindex="1">
            <th scope="col" class="pick">
                <input
                    type="checkbox" aria-label={text::select_all()} checked={all} tabindex="-1"
                    onchange={props.on_select.reform(move |_| (LeadSet::Found, !all))}
                />
            </th>
            <th scope="col" class="number rank">{text::rank()}</th>
            {sortable(props, Sort::Score, text::score(), "score")}
            <th scope="col" class="grade">{text::grade()}</th>
            {for columns.iter().map(header)}
            <th scope="col" class="mark">{text::mark()}</th>
        </tr>
    }
}

fn sortable(props: &LeadTableProps, sort: Sort, name: &str, class: &'static str) -> Html {
    let query = &props.list.query;
    // The natural order of the score is descending.
    let direction = match (query.sort == sort, query.reversed == (sort == Sort::Score)) {
        (false, _) => None,
        (true, true) => Some("ascending"),
        (true, false) => Some("descending"),
    };
    html! {
        <th scope="col" {class} aria-sort={direction}>
            <button class="sort" title={name.to_owned()} onclick={props.on_query.reform(move |_| QueryChange::Sort(sort))}>{name}</button>
        </th>
    }
}

fn lead(props: &LeadTableProps, window: &Window, index: u32) -> Html {
    let list = &props.list;
    let row = index.checked_sub(window.query.offset).and_then(|place| window.rows.get(place as usize));
    let columns = &list.query.columns;
    let numeric = |index: &u32| list.summary.columns.iter().any(|column| column.index == *index && column.numeric);
    let numeric: Vec<bool> = window.query.columns.iter().map(numeric).collect();
    let is_open = row.is_some_and(|row| list.open.as_ref().is_some_and(|open| open.lead == row.lead));
    html! {
        <LeadRow
            key={index} {index} row={row.cloned()} {numeric} width={columns.len() + 5} active={index == list.active} open={is_open}
            on_display={props.on_display.clone()} on_select={props.on_select.clone()}
        />
    }
}

/// Placeholder row of one cell: hundreds of cells would delay the first rows.
fn skeleton(width: usize) -> Html {
    html! { <tr class="skeleton" aria-hidden="true"><td colspan={width.to_string()}><i /></td></tr> }
}

/// Handles keyboard shortcuts; other keys are left to the browser.
fn on_key(props: &LeadTableProps) -> Callback<KeyboardEvent> {
    let (list, on_display, on_select) = (props.list.clone(), props.on_display.clone(), props.on_select.clone());
    let on_query = props.on_query.clone();
    Callback::from(move |event: KeyboardEvent| {
        let (active, last) = (list.active, list.found().saturating_sub(1));
        let row =
            list.window.as_ref().and_then(|window| window.rows.get(active.checked_sub(window.query.offset)? as usize));
        let move_to = |row: u32| {
            on_display.emit(DisplayChange::Row(row));
            let offset = row / crate::state::PAGE_ROWS * crate::state::PAGE_ROWS;
            if list.paged && offset != list.query.offset {
                on_query.emit(QueryChange::Offset(offset));
            }
        };
        match (event.key().as_str(), row) {
            _ if event.ctrl_key() || event.meta_key() || event.alt_key() => return,
            ("ArrowDown", _) => move_to((active + 1).min(last)),
            ("ArrowUp", _) => move_to(active.saturating_sub(1)),
            ("PageDown", _) => move_to((active + PAGE_KEY_ROWS).min(last)),
            ("PageUp", _) => move_to(active.saturating_sub(PAGE_KEY_ROWS)),
            ("Home", _) => move_to(0),
            ("End", _) => move_to(last),
            ("Enter", Some(row)) => on_display.emit(DisplayChange::OpenLead(row.lead)),
            ("x" | " ", Some(row)) => on_select.emit((LeadSet::Lead(row.lead), !row.selected)),
            ("Escape", _) if list.open.is_some() => on_display.emit(DisplayChange::CloseLead),
            ("/", _) => browser::focus("search"),
            _ => return,
        }
        event.prevent_default();
    })
}
