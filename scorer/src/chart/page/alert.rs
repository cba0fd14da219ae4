//! What wants attention, and everything that is watched.

use super::super::markup::Markup;
use crate::insight::alert::{Action, RULES};
use crate::wire::monitoring::Overview;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    main.element("section", &[("id", "alerts")], |section| {
        section.leaf("h2", &[], "Alerts");
        if overview.alerts.is_empty() {
            section.leaf("p", &[("class", "reading")], "Nothing wants attention.");
        } else {
            section.element("ul", &[("class", "alerts")], |list| {
                for alert in &overview.alerts {
                    list.element("li", &[("class", class(alert.action))], |item| {
                        item.leaf("strong", &[], word(alert.action));
                        item.text(" ");
                        item.leaf("span", &[], &alert.text);
                    });
                }
            });
        }
        section.element("details", &[], |details| {
            details.leaf("summary", &[], "What is watched");
            details.element("ul", &[("class", "rules")], |list| {
                for (_, action, text) in RULES {
                    list.leaf("li", &[], &format!("{}: {text}", word(action)));
                }
            });
        });
    });
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Alert => "Alert",
        Action::Retrain => "Retrain",
        Action::Look => "Look",
        Action::Offer => "Worth a training",
    }
}

fn class(action: Action) -> &'static str {
    match action {
        Action::Alert => "alert-now",
        Action::Retrain => "alert-retrain",
        Action::Look | Action::Offer => "alert-look",
    }
}
