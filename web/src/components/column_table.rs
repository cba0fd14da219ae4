//! Column mapping of the file, with sample cells; changing it imports the file again.
//!
//! Rendered only when unfolded: every column offers every field, more elements than the rest of the page.

use crate::protocol::{ListSummary, MappedColumn};
use crate::{browser, storage, text};
use scorer::lead::mapping::{ColumnMapping, Mapping, Target};
use scorer::lead::schema::{LEAD_KEY, Schema};
use std::rc::Rc;
use web_sys::Event;
use yew::{Callback, Html, Properties, UseStateHandle, component, html, use_state, use_state_eq};

/// Prefix of the options for a column that completes another.
const FALLBACK: &str = "+";

/// Properties of [`ColumnTable`].
#[derive(PartialEq, Properties)]
pub struct ColumnTableProps {
    /// Summary of the list, with its column mapping.
    pub summary: Rc<ListSummary>,
    /// Fields that columns can be mapped to.
    pub schema: Rc<Schema>,
    /// Called to change the mapping.
    pub on_change: Callback<Mapping>,
    /// True to show the table unfolded at first.
    #[prop_or_default]
    pub open: bool,
}

/// Foldable table of columns.
#[component]
pub fn ColumnTable(props: &ColumnTableProps) -> Html {
    let stored = use_state(storage::stores_columns);
    let unfolded = use_state_eq(|| props.open);
    let set = unfolded.setter();
    let mapped = props.summary.mapped_columns.iter().filter(|mapped| mapped.column.target.is_some()).count() as u32;
    html! {
        <details class="aside columns" open={props.open} ontoggle={move |_| set.set(true)}>
            <summary>{text::columns_read(mapped, props.summary.mapped_columns.len() as u32)}</summary>
            if *unfolded {
                {table(props)}
                {remember(props, &stored)}
            }
        </details>
    }
}

fn table(props: &ColumnTableProps) -> Html {
    html! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{text::your_column()}</th>
                    <th scope="col">{text::for_example()}</th>
                    <th scope="col">{text::read_as_heading()}</th>
                    <td></td>
                </tr>
            </thead>
            <tbody>{for (0..props.summary.mapped_columns.len()).map(|at| row(props, at))}</tbody>
        </table>
    }
}

/// Checkbox that stores the mapping for other files.
fn remember(props: &ColumnTableProps, stored: &UseStateHandle<bool>) -> Html {
    let (summary, set) = (props.summary.clone(), stored.setter());
    let onchange = move |event: Event| {
        let store = browser::is_checked(&event);
        if store {
            storage::store_columns(&mapping(&summary))
        } else {
            storage::clear_columns()
        }
        set.set(store);
    };
    html! {
        <label class="choice">
            <input id="remember" type="checkbox" checked={**stored} {onchange} />
            {text::remember_mapping()}
        </label>
    }
}

fn mapping(summary: &ListSummary) -> Mapping {
    Mapping { columns: summary.mapped_columns.iter().map(|mapped| mapped.column.clone()).collect() }
}

fn row(props: &ColumnTableProps, at: usize) -> Html {
    let MappedColumn { column, examples, unparsed, counts, unseen } = &props.summary.mapped_columns[at];
    let notes: Vec<String> = text::column_notes(column, *counts);
    html! {
        <tr>
            <th scope="row">{&column.name}</th>
            <td class="quiet">{examples.join(" · ")}</td>
            <td>{select(props, at)}</td>
            <td class="figures">
                {text::evidence(column.evidence, column.confidence)}
                if !notes.is_empty() { <span class="notes">{" "}{notes.join(", ")}</span> }
                if *unparsed > 0 { <span class="faults">{text::unparsed_cells(*unparsed)}</span> }
                if unseen.cells > 0 { <span>{text::unseen_values(unseen)}</span> }
            </td>
        </tr>
    }
}

fn select(props: &ColumnTableProps, at: usize) -> Html {
    let current = mapping(&props.summary);
    let chosen = choice(&current.columns[at]);
    let (summary, on_change) = (props.summary.clone(), props.on_change.clone());
    let onchange = move |event: Event| {
        let mut mapping = mapping(&summary);
        choose(&mut mapping, at, &browser::control_value(&event));
        if storage::stores_columns() {
            storage::store_columns(&mapping);
        }
        on_change.emit(mapping);
    };
    let option = |value: String, label: String| {
        let selected = value == chosen;
        html! { <option {value} {selected}>{label}</option> }
    };
    let field = |name: &str| option(name.to_owned(), text::field_label(name));
    // Fields that another column already has can be completed by this one.
    let fallback = |name: &str| {
        let first = current.first_column(&Target::Field(name.to_owned()))?;
        let label = text::completes(&text::field_label(name), &first.name);
        (*first != current.columns[at]).then(|| option(format!("{FALLBACK}{name}"), label))
    };
    let fields = || props.schema.fields().iter().map(|field| field.name.as_str());
    html! {
        <select {onchange} aria-label={text::read_as(&current.columns[at].name)}>
            {option(String::new(), text::not_read().to_owned())}
            {option(LEAD_KEY.to_owned(), text::own_identifier().to_owned())}
            {for fields().map(field)}
            {for fields().filter_map(fallback)}
        </select>
    }
}

/// Value of the option for a column's target.
fn choice(column: &ColumnMapping) -> String {
    let name = column.target.as_ref().map_or("", Target::name);
    if column.fallback > 0 { format!("{FALLBACK}{name}") } else { name.to_owned() }
}

/// Sets the target of a column to that of an option.
fn choose(mapping: &mut Mapping, at: usize, value: &str) {
    match value.strip_prefix(FALLBACK) {
        Some(field) => mapping.add_fallback(at, Target::Field(field.to_owned())),
        None => mapping.set(at, target(value)),
    }
}

fn target(value: &str) -> Option<Target> {
    match value {
        "" => None,
        LEAD_KEY => Some(Target::Key),
        field => Some(Target::Field(field.to_owned())),
    }
}
