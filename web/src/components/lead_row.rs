//! One lead of the table; drawn anew only when something of it has changed.

use super::bar::Bar;
use super::grade_chips::grade_class;
use crate::agent::{Row, Who};
use crate::state::Look;
use crate::{format, text};
use web_sys::MouseEvent;
use yew::{Callback, Html, Properties, classes, component, html};

/// What the row shows and tells.
#[derive(PartialEq, Properties)]
pub struct LeadRowProps {
    /// Its place among those found, from 0.
    pub at: u32,
    /// The lead, once it came.
    pub row: Option<Row>,
    /// For each cell whether its column holds numbers.
    pub numeric: Vec<bool>,
    /// How many cells the table is wide.
    pub width: usize,
    /// Whether the keyboard is at it.
    pub active: bool,
    /// Whether it is looked at.
    pub open: bool,
    /// It is to be looked at.
    pub on_look: Callback<Look>,
    /// It is to be selected, or no longer.
    pub on_select: Callback<(Who, bool)>,
}

/// The element of a row.
pub fn row_id(at: u32) -> String {
    format!("lead-{at}")
}

/// The row.
#[component]
pub fn LeadRow(props: &LeadRowProps) -> Html {
    let LeadRowProps { at, row, active, open, .. } = props;
    let class = classes!("lead", active.then_some("active"), open.then_some("open"));
    let Some(row) = row else {
        return html! { <tr id={row_id(*at)} class={classes!(class, "waiting")}><td colspan={props.width.to_string()} /></tr> };
    };
    let (on_look, lead, place) = (props.on_look.clone(), row.lead, *at);
    let onclick = move |_: MouseEvent| {
        on_look.emit(Look::At(place));
        on_look.emit(Look::Lead(lead));
    };
    html! {
        <tr id={row_id(*at)} {class} {onclick} aria-rowindex={(at + 2).to_string()} aria-selected={row.selected.to_string()}>
            {cells(props, row)}
        </tr>
    }
}

fn cells(props: &LeadRowProps, row: &Row) -> Html {
    let (probability, who, selected) = (row.score.probability, Who::Lead(row.lead), row.selected);
    let cell = |(cell, numeric): (&String, &bool)| {
        html! { <td role="gridcell" class={numeric.then_some("number")} title={cell.clone()}>{cell}</td> }
    };
    html! {
        <>
            <td role="gridcell" class="pick" onclick={|event: MouseEvent| event.stop_propagation()}>
                <input
                    type="checkbox" tabindex="-1" aria-label={text::select_lead(row.rank)} checked={selected}
                    onchange={props.on_select.reform(move |_| (who.clone(), !selected))}
                />
            </td>
            <td role="gridcell" class="number rank">{format::count(row.rank)}</td>
            <td role="gridcell" class="score" title={text::exact(probability)}>
                <span>{format::points(f64::from(probability))}</span>
                <Bar share={probability} />
            </td>
            <td role="gridcell" class="grade">
                if let Some(grade) = row.score.grade { <span class={classes!("letter", grade_class(grade))}>{grade}</span> }
            </td>
            {for row.cells.iter().zip(&props.numeric).map(cell)}
            <td role="gridcell" class="mark">{for row.mark.map(text::mark_name)}</td>
        </>
    }
}
