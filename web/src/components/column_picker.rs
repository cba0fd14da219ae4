//! Which of the file's columns are shown, and in which order.

use crate::agent::Column;
use crate::state::{Ask, List};
use crate::text;
use std::rc::Rc;
use yew::{Callback, Html, Properties, component, html};

/// What the picker shows and tells.
#[derive(PartialEq, Properties)]
pub struct ColumnPickerProps {
    /// The list.
    pub list: Rc<List>,
    /// Other columns are wanted.
    pub on_ask: Callback<Ask>,
}

/// The picker: those that are shown first, in their order.
#[component]
pub fn ColumnPicker(props: &ColumnPickerProps) -> Html {
    let shown = &props.list.query.columns;
    let all = &props.list.summary.columns;
    let of = |index: &u32| all.iter().find(|column| column.index == *index);
    let hidden = all.iter().filter(|column| !shown.contains(&column.index));
    html! {
        <fieldset class="tool picker">
            <legend>{text::choose_columns()}</legend>
            <ul>{for shown.iter().filter_map(of).chain(hidden).map(|column| item(props, column))}</ul>
        </fieldset>
    }
}

fn item(props: &ColumnPickerProps, column: &Column) -> Html {
    let shown = &props.list.query.columns;
    let (index, place) = (column.index, shown.iter().position(|index| *index == column.index));
    let ask = |columns: Vec<u32>| props.on_ask.reform(move |_: web_sys::Event| Ask::Columns(columns.clone()));
    let toggled = match place {
        Some(place) => {
            shown.iter().copied().enumerate().filter(|(at, _)| *at != place).map(|(_, index)| index).collect()
        }
        None => shown.iter().copied().chain([index]).collect(),
    };
    let name = if column.name.is_empty() { text::unnamed() } else { &column.name };
    html! {
        <li key={index}>
            <label class="choice"><input type="checkbox" checked={place.is_some()} onchange={ask(toggled)} /><span>{name}</span></label>
            if let Some(place) = place {
                {mover(props, name, place.checked_sub(1).map(|other| (place, other)), true)}
                {mover(props, name, Some((place, place + 1)).filter(|(_, other)| *other < shown.len()), false)}
            }
        </li>
    }
}

/// A button that lets two columns change places; none where there is no other.
fn mover(props: &ColumnPickerProps, name: &str, places: Option<(usize, usize)>, is_earlier: bool) -> Html {
    let mut columns = props.list.query.columns.clone();
    if let Some((one, other)) = places {
        columns.swap(one, other);
    }
    let onclick = props.on_ask.reform(move |_| Ask::Columns(columns.clone()));
    html! {
        <button
            class="button button-small" disabled={places.is_none()} aria-label={text::move_column(name, is_earlier)}
            title={if is_earlier { text::earlier() } else { text::later() }} {onclick}
        >
            {if is_earlier { "↑" } else { "↓" }}
        </button>
    }
}
