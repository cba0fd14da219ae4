//! Maintenance mode of this instance: predictions are rejected, and a load balancer takes it out by its readiness.

use std::sync::{PoisonError, RwLock};
use time::{Duration, OffsetDateTime};

/// `Retry-After` of a maintenance without an end.
const RETRY_AFTER_SECONDS: u64 = 60;

/// Default message for clients.
const MESSAGE: &str = "Leadlight is under maintenance. Please try again later.";

/// Current notice, if any.
#[derive(Debug, Default)]
pub(crate) struct Maintenance(RwLock<Option<MaintenanceNotice>>);

/// Message and end of a maintenance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MaintenanceNotice {
    pub(crate) message: String,
    /// Scheduled end.
    pub(crate) until: Option<OffsetDateTime>,
}

impl MaintenanceNotice {
    /// Creates a notice that ends after so many minutes; `None` for no scheduled end.
    pub(crate) fn new(message: Option<String>, minutes: Option<u32>, now: OffsetDateTime) -> Self {
        let until = minutes.map(|minutes| now + Duration::minutes(i64::from(minutes)));
        MaintenanceNotice { message: message.unwrap_or_else(|| MESSAGE.to_owned()), until }
    }

    /// Value of `Retry-After` in seconds.
    pub(crate) fn retry_after_seconds(&self, now: OffsetDateTime) -> u64 {
        let left = self.until.map(|until| (until - now).whole_seconds().max(1));
        left.and_then(|left| left.try_into().ok()).unwrap_or(RETRY_AFTER_SECONDS)
    }
}

impl Maintenance {
    /// Starts, changes or ends the maintenance.
    pub(crate) fn set(&self, notice: Option<MaintenanceNotice>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = notice;
    }

    /// Returns the notice until its scheduled end.
    pub(crate) fn notice(&self, now: OffsetDateTime) -> Option<MaintenanceNotice> {
        let notice = self.0.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        notice.until.is_none_or(|until| now < until).then_some(notice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maintenance_ends_as_scheduled() {
        let (maintenance, now) = (Maintenance::default(), OffsetDateTime::UNIX_EPOCH);
        assert_eq!(maintenance.notice(now), None);
        maintenance.set(Some(MaintenanceNotice::new(Some("Back soon.".to_owned()), Some(2), now)));
        let notice = maintenance.notice(now + Duration::seconds(30)).unwrap();
        assert_eq!(
            (notice.message.as_str(), notice.retry_after_seconds(now + Duration::seconds(30))),
            ("Back soon.", 90)
        );
        assert_eq!(maintenance.notice(now + Duration::minutes(2)), None);
        maintenance.set(Some(MaintenanceNotice::new(None, None, now)));
        assert_eq!(maintenance.notice(now + Duration::days(9)).unwrap().retry_after_seconds(now), RETRY_AFTER_SECONDS);
        maintenance.set(None);
        assert_eq!(maintenance.notice(now), None);
    }
}
