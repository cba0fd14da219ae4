//! How many requests a caller may send, and how many may be scored at once. Both are per instance.
//!
//! Owns counting and what is told of it. May not know who a caller is or what a request asks for.

use super::http::rejection::Rejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota};
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is left, by the IETF's draft-ietf-httpapi-ratelimit-headers.
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What is allowed, by the same draft.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Beyond so many callers those who have been silent are forgotten at once, not at the next sweep.
const CALLERS_MAX: usize = 100_000;

/// So many requests in a time, and so many of them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: NonZeroU32,
    /// In which time.
    pub period: Duration,
    /// How many may come at once after a silence.
    pub burst: NonZeroU32,
}

/// A rate that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("rate {0:?} should be a number of requests per second, minute or hour like 20/s, 600/m or 1000/h")]
pub struct RateError(String);

impl FromStr for Rate {
    type Err = RateError;

    /// Reads `20/s`; what a period allows may come at once.
    fn from_str(text: &str) -> Result<Self, RateError> {
        let refused = || RateError(text.to_owned());
        let (requests, unit) = text.trim().split_once('/').ok_or_else(refused)?;
        let period = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err(refused()),
        };
        let requests = requests.parse().map_err(|_| refused())?;
        Ok(Rate { requests, period: Duration::from_secs(period), burst: requests })
    }
}

impl Rate {
    fn quota(self) -> Quota {
        let one = (self.period / self.requests.get()).max(Duration::from_nanos(1));
        Quota::with_period(one).unwrap_or(Quota::per_second(self.requests)).allow_burst(self.burst)
    }

    /// How long a caller who used everything is silent until all of it is there again.
    fn window_seconds(self) -> u64 {
        let seconds = self.quota().burst_size_replenished_in().as_secs_f64();
        (seconds.ceil() as u64).max(1)
    }
}

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RateLimitKey {
    /// A caller with a key.
    Name(Arc<str>),
    /// An address of a caller without one.
    Address(IpAddr),
}

impl RateLimitKey {
    /// Whoever has one address of IPv6 has 2^64 of them: a network of that size is one caller.
    pub(crate) fn address(address: IpAddr) -> Self {
        RateLimitKey::Address(match address.to_canonical() {
            IpAddr::V6(six) => {
                let [a, b, c, d, ..] = six.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            four => four,
        })
    }
}

/// Counts requests.
pub(crate) struct RateLimiter {
    rate: Rate,
    cells: DefaultKeyedRateLimiter<RateLimitKey, StateInformationMiddleware>,
    clock: DefaultClock,
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RateLimiter").field("rate", &self.rate).finish_non_exhaustive()
    }
}

/// What is left to a caller after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitStatus {
    rate: Rate,
    requests: u32,
    /// Until there is more.
    seconds: u64,
}

impl RateLimiter {
    pub(crate) fn new(rate: Rate) -> Self {
        let cells = DefaultKeyedRateLimiter::keyed(rate.quota()).with_middleware();
        RateLimiter { rate, cells, clock: DefaultClock::default() }
    }

    /// Counts one more request of a caller; an error holds the seconds until the next is taken.
    pub(crate) fn count(&self, caller: &RateLimitKey) -> Result<RateLimitStatus, RateLimitStatus> {
        if self.cells.len() > CALLERS_MAX {
            self.forget();
        }
        let left = |requests, seconds| RateLimitStatus { rate: self.rate, requests, seconds };
        match self.cells.check_key(caller) {
            Ok(state) => {
                let requests = state.remaining_burst_capacity();
                let used = self.rate.burst.get().saturating_sub(requests);
                let refilled = state.quota().replenish_interval().as_secs_f64() * f64::from(used);
                Ok(left(requests, refilled.ceil() as u64))
            }
            Err(until) => Err(left(0, until.wait_time_from(self.clock.now()).as_secs_f64().ceil().max(1.0) as u64)),
        }
    }

    /// Forgets callers of whom nothing is left to count.
    pub(crate) fn forget(&self) {
        self.cells.retain_recent();
        self.cells.shrink_to_fit();
    }
}

impl RateLimitStatus {
    /// In which the caller may come again.
    pub(crate) fn seconds(self) -> u64 {
        self.seconds
    }

    /// Tells it, as the draft says: `"default";q=20;w=1` and `"default";r=19;t=1`.
    pub(crate) fn put(self, headers: &mut HeaderMap) {
        let policy = format!("\"default\";q={};w={}", self.rate.burst, self.rate.window_seconds());
        let left = format!("\"default\";r={};t={}", self.requests, self.seconds);
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

/// The requests that are being scored or wait for it.
#[derive(Debug)]
pub(crate) struct ScoringQueue {
    places: Arc<Semaphore>,
    length: usize,
}

impl ScoringQueue {
    pub(crate) fn new(length: usize) -> Self {
        let length = length.clamp(1, Semaphore::MAX_PERMITS);
        ScoringQueue { places: Arc::new(Semaphore::new(length)), length }
    }

    /// A place, to be kept until the request is answered; given back when dropped.
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, Rejection> {
        self.places.clone().try_acquire_owned().map_err(|_| Rejection::QueueFull)
    }

    /// How many are in it.
    pub(crate) fn taken(&self) -> usize {
        self.length.saturating_sub(self.places.available_permits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn rates_are_read() {
        assert_eq!(
            rate("600/m"),
            Rate { requests: 600.try_into().unwrap(), burst: 600.try_into().unwrap(), period: Duration::from_secs(60) }
        );
        for wrong in ["", "20", "0/s", "-1/s", "20/d", "x/s", "99999999999/s"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_caller_gets_the_burst_and_others_are_not_touched() {
        let limiter = RateLimiter::new(Rate { burst: 3.try_into().unwrap(), ..rate("60/h") });
        let one = RateLimitKey::Name("one".into());
        let left: Vec<_> = (0..3).map(|_| limiter.count(&one).unwrap().requests).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limiter.count(&one).unwrap_err();
        assert!((50..=60).contains(&refused.seconds()), "{refused:?}");
        let mut headers = HeaderMap::new();
        refused.put(&mut headers);
        assert_eq!(headers[RATE_LIMIT_POLICY], "\"default\";q=3;w=180");
        assert!(limiter.count(&RateLimitKey::Name("other".into())).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        let of = |text: &str| RateLimitKey::address(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }

    #[test]
    fn a_full_queue_takes_nobody_until_one_leaves() {
        let queue = ScoringQueue::new(2);
        let (one, _two) = (queue.enter().unwrap(), queue.enter().unwrap());
        assert!(matches!(queue.enter(), Err(Rejection::QueueFull)));
        assert_eq!(queue.taken(), 2);
        drop(one);
        assert!(queue.enter().is_ok());
    }
}
