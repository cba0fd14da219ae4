//! Maintenance: for a while this instance scores nothing, and says so.
//!
//! Owns whether that is so, until when, and its words. It is this instance's alone: a load balancer takes it out by its
//! readiness. May not know routes.

use std::sync::{PoisonError, RwLock};
use time::{Duration, OffsetDateTime};

/// When to try again where nobody said when it ends.
const AGAIN_SECONDS: u64 = 60;

/// What is said where nobody said anything else.
const MESSAGE: &str = "Leadlight is under maintenance. Please try again later.";

/// Whether this instance is under maintenance.
#[derive(Debug, Default)]
pub(crate) struct Maintenance(RwLock<Option<MaintenanceNotice>>);

/// What is said of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MaintenanceNotice {
    pub(crate) message: String,
    /// When it ends by itself.
    pub(crate) until: Option<OffsetDateTime>,
}

impl MaintenanceNotice {
    /// A notice that ends by itself after so many minutes, or not.
    pub(crate) fn new(message: Option<String>, minutes: Option<u32>, now: OffsetDateTime) -> Self {
        let until = minutes.map(|minutes| now + Duration::minutes(i64::from(minutes)));
        MaintenanceNotice { message: message.unwrap_or_else(|| MESSAGE.to_owned()), until }
    }

    /// In how many seconds to try again.
    pub(crate) fn again(&self, now: OffsetDateTime) -> u64 {
        let left = self.until.map(|until| (until - now).whole_seconds().max(1));
        left.and_then(|left| left.try_into().ok()).unwrap_or(AGAIN_SECONDS)
    }
}

impl Maintenance {
    /// Begins, changes or ends it.
    pub(crate) fn set(&self, notice: Option<MaintenanceNotice>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = notice;
    }

    /// What is said, while it goes on.
    pub(crate) fn notice(&self, now: OffsetDateTime) -> Option<MaintenanceNotice> {
        let notice = self.0.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        notice.until.is_none_or(|until| now < until).then_some(notice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_when_it_was_to_end() {
        let (maintenance, now) = (Maintenance::default(), OffsetDateTime::UNIX_EPOCH);
        assert_eq!(maintenance.notice(now), None);
        maintenance.set(Some(MaintenanceNotice::new(Some("Back soon.".to_owned()), Some(2), now)));
        let notice = maintenance.notice(now + Duration::seconds(30)).unwrap();
        assert_eq!((notice.message.as_str(), notice.again(now + Duration::seconds(30))), ("Back soon.", 90));
        assert_eq!(maintenance.notice(now + Duration::minutes(2)), None);
        maintenance.set(Some(MaintenanceNotice::new(None, None, now)));
        assert_eq!(maintenance.notice(now + Duration::days(9)).unwrap().again(now), AGAIN_SECONDS);
        maintenance.set(None);
        assert_eq!(maintenance.notice(now), None);
    }
}
