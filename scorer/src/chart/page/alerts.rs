//! Current alerts and all rules.

use super::super::markup::Markup;
use crate::insight::alert::{AlertAction, RULES};
use crate::wire::monitoring::Overview;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    main.element("section", &[("id", "alerts")], |section| {
        section.leaf("h2", &[], "Alerts");
        if overview.alerts.is_empty() {
            section.leaf("p", &[("class", "reading")], "Nothing wants attention.");
        } else {
            section.element("ul", &[("class", "alerts")], |list| {
                for alert in &overview.alerts {
                    list.element("li", &[("class", css_class(alert.action))], |item| {
                        item.leaf("strong", &[], action_text(alert.action));
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
                    list.leaf("li", &[], &format!("{}: {text}", action_text(action)));
                }
            });
        });
    });
}

fn action_text(action: AlertAction) -> &'static str {
    match action {
        AlertAction::Alert => "Alert",
        AlertAction::Retrain => "Retrain",
        AlertAction::Look => "Look",
        AlertAction::Offer => "Worth a training",
    }
}

fn css_class(action: AlertAction) -> &'static str {
    match action {
        AlertAction::Alert => "alert-now",
        AlertAction::Retrain => "alert-retrain",
        AlertAction::Look | AlertAction::Offer => "alert-look",
    }
}
