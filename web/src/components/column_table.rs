//! What each column of the file is read as, with some of its cells; picking another meaning reads the file again.

use crate::agent::{MappedColumn, Summary};
use crate::text;
use scorer::lead::mapping::{Evidence, Mapping, Target};
use scorer::lead::schema::{LEAD_KEY, Schema};
use std::rc::Rc;
use web_sys::{Event, HtmlSelectElement};
use yew::{Callback, Html, Properties, TargetCast, component, html};

/// What the table shows and tells.
#[derive(PartialEq, Properties)]
pub struct ColumnTableProps {
    /// The columns.
    pub mapped: Rc<Vec<MappedColumn>>,
    /// Others are wanted.
    pub on_change: Callback<Mapping>,
}

impl ColumnTableProps {
    /// The columns of a file.
    pub fn columns(summary: &Summary) -> Rc<Vec<MappedColumn>> {
        Rc::new(summary.mapped.clone())
    }
}

/// The table.
#[component]
pub fn ColumnTable(props: &ColumnTableProps) -> Html {
    let read = props.mapped.iter().filter(|mapped| mapped.column.target.is_some()).count() as u32;
    html! {
        <details class="aside columns">
            <summary>{text::columns_read(read, props.mapped.len() as u32)}</summary>
            <table>
                <thead>
                    <tr>{for text::COLUMN_HEADS.iter().map(|head| html! { <th scope="col">{*head}</th> })}</tr>
                </thead>
                <tbody>{for (0..props.mapped.len()).map(|at| row(props, at))}</tbody>
            </table>
        </details>
    }
}

fn row(props: &ColumnTableProps, at: usize) -> Html {
    let MappedColumn { column, examples, unread } = &props.mapped[at];
    html! {
        <tr>
            <th scope="row">{&column.name}</th>
            <td class="quiet">{examples.join(" · ")}</td>
            <td>{select(props, at)}</td>
            <td class="figures">
                if column.evidence == Evidence::Name { {text::sure(column.confidence)} }
                if *unread > 0 { <span class="faults">{text::unread(*unread)}</span> }
            </td>
        </tr>
    }
}

fn select(props: &ColumnTableProps, at: usize) -> Html {
    let column = &props.mapped[at].column;
    let (mapped, on_change) = (props.mapped.clone(), props.on_change.clone());
    let onchange = move |event: Event| {
        let mut mapping = Mapping { columns: mapped.iter().map(|mapped| mapped.column.clone()).collect() };
        mapping.set(at, target(&event.target_unchecked_into::<HtmlSelectElement>().value()));
        on_change.emit(mapping);
    };
    let chosen = column.target.as_ref().map_or("", Target::name);
    let option = |value: &str, word: String| html! { <option value={value.to_owned()} selected={value == chosen}>{word}</option> };
    html! {
        <select {onchange} aria-label={text::read_as(&column.name)}>
            {option("", text::NOT_READ.to_owned())}
            {option(LEAD_KEY, text::OWN_KEY.to_owned())}
            {for Schema::leads().fields().iter().map(|field| option(&field.name, text::field_label(&field.name)))}
        </select>
    }
}

fn target(value: &str) -> Option<Target> {
    match value {
        "" => None,
        LEAD_KEY => Some(Target::Key),
        field => Some(Target::Field(field.to_owned())),
    }
}
