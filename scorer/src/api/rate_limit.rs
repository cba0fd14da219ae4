//! Rate limit per caller (GCRA), and the headers that report it. Per instance.

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

/// Remaining requests (draft-ietf-httpapi-ratelimit-headers).
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Rate limit of the caller (same draft).
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Number of callers beyond which idle ones are forgotten at once, not at the next sweep.
const CALLERS_MAX: usize = 100_000;

/// Rate limit: requests per period, and the burst allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per period.
    pub requests: NonZeroU32,
    /// Length of the period.
    pub period: Duration,
    /// Requests allowed at once after an idle time.
    pub burst: NonZeroU32,
}

/// Rate that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("rate {0:?} should be a number of requests per second, minute or hour like 20/s, 600/m or 1000/h")]
pub struct RateError(String);

impl FromStr for Rate {
    type Err = RateError;

    /// Parses `20/s`, `600/m` or `1000/h`; the burst is the number of requests.
    fn from_str(text: &str) -> Result<Self, RateError> {
        let error = || RateError(text.to_owned());
        let (requests, unit) = text.trim().split_once('/').ok_or_else(error)?;
        let period = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err(error()),
        };
        let requests = requests.parse().map_err(|_| error())?;
        Ok(Rate { requests, period: Duration::from_secs(period), burst: requests })
    }
}

impl Rate {
    fn quota(self) -> Quota {
        let one = (self.period / self.requests.get()).max(Duration::from_nanos(1));
        Quota::with_period(one).unwrap_or(Quota::per_second(self.requests)).allow_burst(self.burst)
    }

    /// Seconds until a used-up burst is replenished.
    fn window_seconds(self) -> u64 {
        let seconds = self.quota().burst_size_replenished_in().as_secs_f64();
        (seconds.ceil() as u64).max(1)
    }
}

/// Requests that are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum RateLimitKey {
    /// Name of a caller with an API key.
    Name(Arc<str>),
    /// Address of a caller without one.
    Address(IpAddr),
}

impl RateLimitKey {
    /// Masks an IPv6 address to its /64 network, which one subscriber has.
    pub(crate) fn from_address(address: IpAddr) -> Self {
        RateLimitKey::Address(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            v4 => v4,
        })
    }
}

/// Rate limiter of all callers.
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

/// State of a caller's rate limit after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitStatus {
    rate: Rate,
    remaining: u32,
    /// Seconds until more requests are allowed.
    seconds: u64,
}

impl RateLimiter {
    pub(crate) fn new(rate: Rate) -> Self {
        let cells = DefaultKeyedRateLimiter::keyed(rate.quota()).with_middleware();
        RateLimiter { rate, cells, clock: DefaultClock::default() }
    }

    /// Counts a request; an error means that it exceeds the rate.
    pub(crate) fn check(&self, caller: &RateLimitKey) -> Result<RateLimitStatus, RateLimitStatus> {
        if self.cells.len() > CALLERS_MAX {
            self.forget_idle();
        }
        let status = |remaining, seconds| RateLimitStatus { rate: self.rate, remaining, seconds };
        match self.cells.check_key(caller) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let used = self.rate.burst.get().saturating_sub(remaining);
                let refilled = state.quota().replenish_interval().as_secs_f64() * f64::from(used);
                Ok(status(remaining, refilled.ceil() as u64))
            }
            Err(until) => Err(status(0, until.wait_time_from(self.clock.now()).as_secs_f64().ceil().max(1.0) as u64)),
        }
    }

    /// Drops the state of callers whose burst is replenished.
    pub(crate) fn forget_idle(&self) {
        self.cells.retain_recent();
        self.cells.shrink_to_fit();
    }
}

impl RateLimitStatus {
    /// Seconds until more requests are allowed.
    pub(crate) fn seconds(self) -> u64 {
        self.seconds
    }

    /// Adds the headers of the draft, for example `"default";q=20;w=1` and `"default";r=19;t=1`.
    pub(crate) fn put_headers(self, headers: &mut HeaderMap) {
        let policy = format!("\"default\";q={};w={}", self.rate.burst, self.rate.window_seconds());
        let status = format!("\"default\";r={};t={}", self.remaining, self.seconds);
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, status)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
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
    fn a_caller_gets_its_burst_without_affecting_others() {
        let limiter = RateLimiter::new(Rate { burst: 3.try_into().unwrap(), ..rate("60/h") });
        let one = RateLimitKey::Name("one".into());
        let remaining: Vec<_> = (0..3).map(|_| limiter.check(&one).unwrap().remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        let exceeded = limiter.check(&one).unwrap_err();
        assert!((50..=60).contains(&exceeded.seconds()), "{exceeded:?}");
        let mut headers = HeaderMap::new();
        exceeded.put_headers(&mut headers);
        assert_eq!(headers[RATE_LIMIT_POLICY], "\"default\";q=3;w=180");
        assert!(limiter.check(&RateLimitKey::Name("other".into())).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        let key = |text: &str| RateLimitKey::from_address(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.7"), key("192.0.2.7"));
    }
}
