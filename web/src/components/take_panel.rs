//! What is taken out of the list: which leads, in which form, as a file or on the clipboard; and the project.

use crate::agent::{Export, FileForm, Which};
use crate::state::List;
use crate::text;
use std::rc::Rc;
use web_sys::{Event, HtmlInputElement};
use yew::{Callback, Html, Properties, TargetCast, UseStateHandle, component, html, use_state};

/// The most leads that go to the clipboard.
const COPIED_MAX: u32 = 10_000;

/// So many of the best, until the user wants more or fewer.
const BEST: u32 = 50;

/// What the panel shows and tells.
#[derive(PartialEq, Properties)]
pub struct TakePanelProps {
    /// The list.
    pub list: Rc<List>,
    /// Something is to be made for keeping.
    pub on_take: Callback<Export>,
}

/// The panel.
#[component]
pub fn TakePanel(props: &TakePanelProps) -> Html {
    let list = &props.list;
    let first = if list.tally.selected > 0 { Which::Selected } else { Which::Found };
    let (which, form, best) = (use_state(|| first), use_state(|| FileForm::Spreadsheet), use_state(|| BEST));
    let wanted = if matches!(*which, Which::Best(_)) { Which::Best(*best) } else { *which };
    let number = number(list, wanted);
    let (busy, none) = (list.exporting.is_some(), number == 0);
    let take = |what: Export| props.on_take.reform(move |_| what);
    html! {
        <section class="tool take" aria-label={text::take()}>
            <fieldset class="tool-line">
                <legend>{text::take_which()}</legend>
                {for [Which::All, Which::Found, Which::Selected].map(|one| leads(list, &which, one))}
                {best_ones(&which, &best)}
            </fieldset>
            <fieldset class="tool-line">
                <legend>{text::take_form()}</legend>
                {for [FileForm::Spreadsheet, FileForm::Data, FileForm::Json].map(|one| shape(&form, one))}
            </fieldset>
            <p class="quiet">{text::form_hint(*form)}</p>
            <div class="tool-line">
                <button class="button button-main" id="take" disabled={busy || none} onclick={take(Export::Leads { which: wanted, form: *form })}>
                    {if busy { text::downloading() } else { text::take_file() }}
                </button>
                <button class="button" id="copy" disabled={busy || none || number > COPIED_MAX} onclick={take(Export::Clipboard { which: wanted })}>
                    {text::copy()}
                </button>
                <span role="status">{if list.copied { text::copied() } else { "" }}</span>
                if number > COPIED_MAX { <span class="quiet">{text::too_many_to_copy(COPIED_MAX)}</span> }
            </div>
            <div class="tool-line">
                <button class="button" id="save-project" disabled={busy} onclick={take(Export::Project)}>{text::save_project()}</button>
                <span class="quiet">{text::project_hint()}</span>
            </div>
        </section>
    }
}

fn number(list: &List, which: Which) -> u32 {
    match which {
        Which::All => list.summary.rows,
        Which::Found => list.found(),
        Which::Selected => list.tally.selected,
        Which::Best(best) => best.min(list.summary.rows),
    }
}

fn leads(list: &List, which: &UseStateHandle<Which>, one: Which) -> Html {
    let (chosen, set) = (**which == one, which.clone());
    radio("which", text::which(one, number(list, one)), chosen, Callback::from(move |_| set.set(one)))
}

fn best_ones(which: &UseStateHandle<Which>, best: &UseStateHandle<u32>) -> Html {
    let (chosen, set, into, picked) = (matches!(**which, Which::Best(_)), which.clone(), best.clone(), which.clone());
    let onchange = move |event: Event| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value();
        into.set(typed.parse().unwrap_or(BEST).max(1));
        picked.set(Which::Best(BEST));
    };
    html! {
        <span class="choice">
            {radio("which", text::take_best().to_owned(), chosen, Callback::from(move |_| set.set(Which::Best(BEST))))}
            <input type="number" id="best" min="1" value={best.to_string()} aria-label={text::take_best()} {onchange} />
        </span>
    }
}

fn shape(form: &UseStateHandle<FileForm>, one: FileForm) -> Html {
    let (chosen, set) = (**form == one, form.clone());
    radio("form", text::form(one).to_owned(), chosen, Callback::from(move |_| set.set(one)))
}

fn radio(name: &'static str, words: String, checked: bool, onchange: Callback<Event>) -> Html {
    html! { <label class="choice"><input type="radio" {name} {checked} {onchange} /><span>{words}</span></label> }
}
