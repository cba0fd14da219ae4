//! Section 1: how the service is.

use super::super::format::{count, percent_or_none};
use super::super::markup::Markup;
use super::super::reading;
use super::{figures, section};
use crate::wire::monitoring::Overview;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let health = &overview.health;
    section(main, "health", "1. API health", &reading::health(health), |section| {
        figures(
            section,
            &[
                ("Status", reading::status(health.status).to_owned()),
                ("Database", reading::database(health.database).to_owned()),
                ("Success rate", percent_or_none(health.calls.success_rate())),
                ("Error rate (5xx)", percent_or_none(health.calls.error_rate())),
                ("Refused (4xx)", count(health.calls.client_errors)),
                ("Calls", count(health.calls.count)),
                ("Predictions shown", count(health.predictions)),
                ("Predictions in all", count(health.predictions_logged)),
                ("Engagement rate", percent_or_none(health.engagement_rate())),
            ],
        );
        section.leaf("p", &[("class", "reading")], &reading::engagement(health, overview.choice.threshold));
    });
}
