//! The ranked leads: score first, then the user's own columns. Only the rows in sight are drawn; the keyboard moves one
//! row, which those who hear the page are told of.

use super::lead_row::{LeadRow, row_id};
use crate::agent::{Column, Sort, Who, Window};
use crate::scroll::{ROW, Scroll, Span};
use crate::state::{Ask, List, Look};
use crate::{browser, text};
use std::rc::Rc;
use std::time::Duration;
use web_sys::{Element, KeyboardEvent};
use yew::platform::{spawn_local, time::sleep};
use yew::{
    Callback, Html, NodeRef, Properties, UseStateHandle, classes, component, hook, html, use_effect_with, use_node_ref,
    use_state_eq,
};

/// Where the keyboard is put.
pub const TABLE_ID: &str = "leads";

/// How many rows a key moves that stands for a page.
const LEAP: u32 = 15;

/// Rows that are fetched before and behind those that are drawn.
const AHEAD: u32 = 30;

/// Rows that a list begins with, the others a moment later: so many cells at once would hold the page up, which is slow
/// when it draws its first list.
const FIRST: u32 = 8;

/// What the table shows and tells.
#[derive(PartialEq, Properties)]
pub struct LeadTableProps {
    /// The list.
    pub list: Rc<List>,
    /// Other rows are wanted.
    pub on_ask: Callback<Ask>,
    /// The list is looked at otherwise.
    pub on_look: Callback<Look>,
    /// Leads are to be selected, or no longer.
    pub on_select: Callback<(Who, bool)>,
}

/// The table; while other rows are under way, the older ones stay, paler.
#[component]
pub fn LeadTable(props: &LeadTableProps) -> Html {
    let list = &props.list;
    let frame = use_node_ref();
    let span = use_span(props, &frame);
    let span = if use_begun(list.window.is_some()) { span } else { span.first(FIRST) };
    let is_stale = list.window.as_ref().is_some_and(|window| !window.query.finds_the_same(&list.query));
    let is_empty = list.window.as_ref().is_some_and(|window| window.found == 0);
    let columns: Vec<&Column> = shown(list);
    let width = columns.len() + 5;
    let space = |height: f64| {
        let gap = html! { <tr class="gap" aria-hidden="true"><td colspan={width.to_string()} height={height.round().to_string()} /></tr> };
        if height > 0.5 { gap } else { Html::default() }
    };
    html! {
        <div ref={frame} class="table-frame">
            <table
                id={TABLE_ID} class={classes!("leads", is_stale.then_some("stale"))} role="grid" tabindex="0"
                aria-busy={is_stale.to_string()} aria-label={text::ranked(list.summary.rows)} aria-describedby="keys"
                aria-rowcount={(list.found() + 1).to_string()} aria-colcount={width.to_string()} aria-multiselectable="true"
                aria-activedescendant={(!is_empty).then(|| row_id(list.active))} onkeydown={keys(props)}
            >
                <thead>{head(props, &columns)}</thead>
                <tbody>
                    if let Some(window) = &list.window {
                        {space(span.above)}
                        {for (span.from..span.to).map(|at| lead(props, window, at))}
                        {space(span.below)}
                    } else {
                        {for (0..12).map(|_| skeleton(width))}
                    }
                </tbody>
            </table>
        </div>
    }
}

/// The columns to show, in their order.
fn shown(list: &List) -> Vec<&Column> {
    let of = |index: &u32| list.summary.columns.iter().find(|column| column.index == *index);
    list.query.columns.iter().filter_map(of).collect()
}

/// Which rows are drawn; the frame is followed as it is scrolled, and scrolled as the keyboard moves.
#[hook]
fn use_span(props: &LeadTableProps, frame: &NodeRef) -> Span {
    let list = &props.list;
    let (top, view) = (use_state_eq(|| 0.0), use_state_eq(|| 900.0));
    use_measures(frame, &top, &view);
    let rows = list.found();
    let scroll = Scroll { rows, view: *view };
    let span = if list.paged { page(list) } else { scroll.span(*top) };
    let (at, is_paged, revealed) = (list.active, list.paged, frame.clone());
    use_effect_with((at, list.moves, is_paged), move |(at, _, is_paged)| {
        let Some(frame) = revealed.cast::<Element>() else { return };
        let wanted = if *is_paged { None } else { scroll.reveal(*at, f64::from(frame.scroll_top())) };
        if let Some(top) = wanted {
            frame.set_scroll_top(top as i32);
        }
    });
    // Other rows are read from the first on.
    let (whole, first) = (crate::agent::Query { offset: 0, columns: Vec::new(), ..list.query.clone() }, frame.clone());
    use_effect_with(whole, move |_| {
        if let Some(frame) = first.cast::<Element>() {
            frame.set_scroll_top(0);
        }
    });
    let on_ask = props.on_ask.clone();
    let fetch = (!list.paged).then(|| missing(list, span)).flatten();
    use_effect_with(fetch, move |fetch| {
        if let Some(offset) = *fetch {
            on_ask.emit(Ask::From(offset));
        }
    });
    span
}

/// Whether the first rows were drawn.
#[hook]
fn use_begun(is_there: bool) -> bool {
    let begun = use_state_eq(|| false);
    let set = begun.setter();
    use_effect_with(is_there, move |is_there| {
        if *is_there {
            spawn_local(async move {
                sleep(Duration::ZERO).await;
                set.set(true);
            });
        }
    });
    *begun
}

/// How far the frame is scrolled and how high it is.
#[hook]
fn use_measures(frame: &NodeRef, top: &UseStateHandle<f64>, view: &UseStateHandle<f64>) {
    let (frame, top, view) = (frame.clone(), top.clone(), view.clone());
    use_effect_with((), move |()| {
        let measured = frame.clone();
        let measure = move || {
            if let Some(frame) = measured.cast::<Element>() {
                top.set(f64::from(frame.scroll_top()));
                // The names of the columns lie over the first row's height.
                view.set((f64::from(frame.client_height()) - ROW - 1.0).max(1.0));
            }
        };
        let listening = frame.cast::<Element>().map(|frame| browser::on_scroll(&frame, measure));
        move || drop(listening)
    });
}

/// Where fetching is to begin for the rows of a span; `None` where they are there or under way.
fn missing(list: &List, span: Span) -> Option<u32> {
    let covered = |offset: u32| span.from >= offset && span.to <= (offset + list.query.limit).min(list.found());
    (span.to > span.from && !covered(list.query.offset)).then(|| span.from.saturating_sub(AHEAD))
}

/// The rows of the page that is shown.
fn page(list: &List) -> Span {
    let from = list.query.offset.min(list.found());
    Span { from, to: (from + list.query.limit).min(list.found()), above: 0.0, below: 0.0 }
}

fn head(props: &LeadTableProps, columns: &[&Column]) -> Html {
    let list = &props.list;
    let all = list.found() > 0 && list.tally.selected >= list.found();
    let header = |column: &&Column| {
        let name = if column.name.is_empty() { text::unnamed() } else { &column.name };
        sortable(props, Sort::Column(column.index), name, if column.numeric { "number" } else { "word" })
    };
    html! {
        <tr aria-rowindex="1">
            <th scope="col" class="pick">
                <input
                    type="checkbox" aria-label={text::select_all()} checked={all} tabindex="-1"
                    onchange={props.on_select.reform(move |_| (Who::Found, !all))}
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
    // The score's natural order is best first, that is, descending.
    let direction = match (query.sort == sort, query.reversed == (sort == Sort::Score)) {
        (false, _) => None,
        (true, true) => Some("ascending"),
        (true, false) => Some("descending"),
    };
    html! {
        <th scope="col" {class} aria-sort={direction}>
            <button class="sort" title={name.to_owned()} onclick={props.on_ask.reform(move |_| Ask::Sort(sort))}>{name}</button>
        </th>
    }
}

fn lead(props: &LeadTableProps, window: &Window, at: u32) -> Html {
    let list = &props.list;
    let row = at.checked_sub(window.query.offset).and_then(|place| window.rows.get(place as usize));
    let columns = &list.query.columns;
    let numeric = |index: &u32| list.summary.columns.iter().any(|column| column.index == *index && column.numeric);
    let numeric: Vec<bool> = window.query.columns.iter().map(numeric).collect();
    let is_open = row.is_some_and(|row| list.open.as_ref().is_some_and(|open| open.lead == row.lead));
    html! {
        <LeadRow
            key={at} {at} row={row.cloned()} {numeric} width={columns.len() + 5} active={at == list.active} open={is_open}
            on_look={props.on_look.clone()} on_select={props.on_select.clone()}
        />
    }
}

/// One cell whatever the width: it is gone with the first rows, and hundreds more would hold the page up.
fn skeleton(width: usize) -> Html {
    html! { <tr class="skeleton" aria-hidden="true"><td colspan={width.to_string()}><i /></td></tr> }
}

/// What each key does; keys that do nothing here are the browser's.
fn keys(props: &LeadTableProps) -> Callback<KeyboardEvent> {
    let (list, on_look, on_select) = (props.list.clone(), props.on_look.clone(), props.on_select.clone());
    let on_ask = props.on_ask.clone();
    Callback::from(move |event: KeyboardEvent| {
        let (at, last) = (list.active, list.found().saturating_sub(1));
        let row =
            list.window.as_ref().and_then(|window| window.rows.get(at.checked_sub(window.query.offset)? as usize));
        let move_to = |row: u32| {
            on_look.emit(Look::At(row));
            let offset = row / crate::state::PAGE_ROWS * crate::state::PAGE_ROWS;
            if list.paged && offset != list.query.offset {
                on_ask.emit(Ask::From(offset));
            }
        };
        match (event.key().as_str(), row) {
            _ if event.ctrl_key() || event.meta_key() || event.alt_key() => return,
            ("ArrowDown", _) => move_to((at + 1).min(last)),
            ("ArrowUp", _) => move_to(at.saturating_sub(1)),
            ("PageDown", _) => move_to((at + LEAP).min(last)),
            ("PageUp", _) => move_to(at.saturating_sub(LEAP)),
            ("Home", _) => move_to(0),
            ("End", _) => move_to(last),
            ("Enter", Some(row)) => on_look.emit(Look::Lead(row.lead)),
            ("x" | " ", Some(row)) => on_select.emit((Who::Lead(row.lead), !row.selected)),
            ("Escape", _) if list.open.is_some() => on_look.emit(Look::NoLead),
            ("/", _) => browser::focus("search"),
            _ => return,
        }
        event.prevent_default();
    })
}
