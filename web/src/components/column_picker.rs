//! Choice and order of the columns shown.

use crate::protocol::Column;
use crate::state::{LeadList, QueryChange};
use crate::text;
use std::rc::Rc;
use yew::{Callback, Html, Properties, component, html};

/// Properties of [`ColumnPicker`].
#[derive(PartialEq, Properties)]
pub struct ColumnPickerProps {
    /// The list.
    pub list: Rc<LeadList>,
    /// Called to change the columns.
    pub on_query: Callback<QueryChange>,
}

/// List of checkboxes: shown columns first, in their order.
#[component]
pub fn ColumnPicker(props: &ColumnPickerProps) -> Html {
    let shown = &props.list.query.columns;
    let all = &props.list.summary.columns;
    let column = |index: &u32| all.iter().find(|column| column.index == *index);
    let hidden = all.iter().filter(|column| !shown.contains(&column.index));
    html! {
        <fieldset class="tool picker">
            <legend>{text::choose_columns()}</legend>
            <ul>{for shown.iter().filter_map(column).chain(hidden).map(|column| item(props, column))}</ul>
        </fieldset>
    }
}

fn item(props: &ColumnPickerProps, column: &Column) -> Html {
    let shown = &props.list.query.columns;
    let (index, place) = (column.index, shown.iter().position(|index| *index == column.index));
    let change =
        |columns: Vec<u32>| props.on_query.reform(move |_: web_sys::Event| QueryChange::Columns(columns.clone()));
    let toggled = match place {
        Some(place) => {
            shown.iter().copied().enumerate().filter(|(at, _)| *at != place).map(|(_, index)| index).collect()
        }
        None => shown.iter().copied().chain([index]).collect(),
    };
    let name = if column.name.is_empty() { text::unnamed() } else { &column.name };
    html! {
        <li key={index}>
            <label class="choice"><input type="checkbox" checked={place.is_some()} onchange={change(toggled)} /><span>{name}</span></label>
            if let Some(place) = place {
                {move_button(props, name, place.checked_sub(1).map(|other| (place, other)), true)}
                {move_button(props, name, Some((place, place + 1)).filter(|(_, other)| *other < shown.len()), false)}
            }
        </li>
    }
}

/// Button that swaps two columns; disabled without a neighbor.
fn move_button(props: &ColumnPickerProps, name: &str, neighbors: Option<(usize, usize)>, is_earlier: bool) -> Html {
    let mut columns = props.list.query.columns.clone();
    if let Some((one, other)) = neighbors {
        columns.swap(one, other);
    }
    let onclick = props.on_query.reform(move |_| QueryChange::Columns(columns.clone()));
    html! {
        <button
            class="button button-small" disabled={neighbors.is_none()} aria-label={text::move_column(name, is_earlier)}
            title={if is_earlier { text::earlier() } else { text::later() }} {onclick}
        >
            {if is_earlier { "↑" } else { "↓" }}
        </button>
    }
}
