//! Section 1: API health.

use super::super::captions;
use super::super::format::{count, percent_or_none};
use super::super::markup::Markup;
use super::{metric_list, section};
use crate::wire::monitoring::Overview;

pub(super) fn write(main: &mut Markup, overview: &Overview) {
    let health = &overview.health;
    section(main, "health", "1. API health", &captions::health(health), |section| {
        metric_list(
            section,
            &[
                ("Status", captions::status(health.status).to_owned()),
                ("Database", captions::database(health.database).to_owned()),
                ("Success rate", percent_or_none(captions::success_rate(&health.calls))),
                ("Error rate (5xx)", percent_or_none(captions::error_rate(&health.calls))),
                ("Refused (4xx)", count(health.calls.client_errors)),
                ("Calls", count(health.calls.count)),
                ("Predictions shown", count(health.predictions)),
                ("Predictions in all", count(health.predictions_logged)),
                ("Engagement rate", percent_or_none(captions::engagement_rate(health))),
            ],
        );
        section.leaf("p", &[("class", "reading")], &captions::engagement(health, overview.choice.threshold));
    });
}
