//! Links and forms for window, threshold and model version. They reload the page with another query; no script is
//! needed.

use super::super::format::significant;
use super::super::markup::Markup;
use crate::wire::monitoring::{Choice, LAST_MAX, Overview, Window};

const WINDOWS: [(Window, &str); 4] =
    [(Window::Hour, "Hour"), (Window::Day, "Day"), (Window::Week, "Week"), (Window::All, "All")];

pub(super) fn write(header: &mut Markup, overview: &Overview) {
    header.element("div", &[("class", "controls")], |controls| {
        windows(controls, &overview.choice);
        last(controls, &overview.choice);
        settings(controls, overview);
    });
}

fn windows(controls: &mut Markup, choice: &Choice) {
    controls.element("nav", &[("class", "windows"), ("aria-label", "Window")], |nav| {
        for (window, word) in WINDOWS {
            let address = format!("?{}", Choice { window, cursor: None, ..choice.clone() }.to_query());
            let mut attributes = vec![("href", address.as_str())];
            if window == choice.window {
                attributes.push(("aria-current", "true"));
            }
            nav.leaf("a", &attributes, word);
        }
    });
}

fn last(controls: &mut Markup, choice: &Choice) {
    form(controls, choice, &["window", "last"], |form| {
        form.element("label", &[], |label| {
            label.text("Last ");
            let value = if let Window::Last(count) = choice.window { count.to_string() } else { String::new() };
            let most = LAST_MAX.to_string();
            let kind = [("type", "number"), ("name", "last"), ("min", "1"), ("max", &most), ("step", "1")];
            let rest = [("value", value.as_str()), ("placeholder", "1000"), ("required", "")];
            label.open("input", &[kind.as_slice(), rest.as_slice()].concat());
        });
        form.leaf("button", &[], "Show");
    });
}

fn settings(controls: &mut Markup, overview: &Overview) {
    let choice = &overview.choice;
    form(controls, choice, &["threshold", "model_version"], |form| {
        form.element("label", &[], |label| {
            label.text("Threshold ");
            share_input(label, "threshold", choice.threshold);
        });
        if overview.versions.len() > 1 || choice.model_version.is_some() {
            form.element("label", &[], |label| {
                label.text("Model ");
                versions(label, overview);
            });
        }
        form.leaf("button", &[], "Apply");
    });
}

fn versions(label: &mut Markup, overview: &Overview) {
    let chosen = overview.choice.model_version.as_deref();
    // The selected version is shown even if it is not in the list.
    let unlisted = chosen.filter(|chosen| !overview.versions.iter().any(|version| version == chosen));
    label.element("select", &[("name", "model_version")], |select| {
        select.leaf("option", &[("value", "")], "all versions");
        for version in overview.versions.iter().map(String::as_str).chain(unlisted) {
            let mut attributes = vec![("value", version)];
            if chosen == Some(version) {
                attributes.push(("selected", ""));
            }
            select.leaf("option", &attributes, version);
        }
    });
}

/// Input of a number from 0 to 1.
pub(super) fn share_input(label: &mut Markup, name: &'static str, value: f64) {
    let value = significant(value);
    let kind = [("type", "number"), ("name", name), ("min", "0"), ("max", "1"), ("step", "any")];
    label.open("input", &[kind.as_slice(), [("value", value.as_str())].as_slice()].concat());
}

/// Form that keeps all other parameters except the cursor.
pub(super) fn form(page: &mut Markup, choice: &Choice, own: &[&str], inside: impl FnOnce(&mut Markup)) {
    page.element("form", &[("method", "get")], |form| {
        let kept = Choice { cursor: None, ..choice.clone() }.to_pairs();
        for (name, value) in kept.iter().filter(|(name, _)| !own.contains(name)) {
            form.open("input", &[("type", "hidden"), ("name", name), ("value", value)]);
        }
        inside(form);
    });
}
