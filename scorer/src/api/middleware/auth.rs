//! Who is calling, and whether a route is open to them.
//!
//! Owns the rules: a key's scopes; without keys, this machine alone; anonymous prediction where it is switched on. May
//! not know what a route does.

use crate::api::api_keys::Scope;
use crate::api::config::{AuthConfig, CorsOrigins};
use crate::api::http::error::ApiError;
use crate::api::http::extensions::Caller;
use crate::api::http::rejection::Rejection;
use crate::api::rate_limit::{RateLimitKey, RateLimitStatus};
use crate::api::state::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, FORWARDED, HOST, HeaderName, ORIGIN, VIA};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// An older way of sending a key.
pub(crate) const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Where proxies add whom they serve.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What proxies add. Who sends one of these is not on this machine, however close the proxy is.
const OF_PROXIES: [HeaderName; 6] = [
    FORWARDED,
    VIA,
    X_FORWARDED_FOR,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// A key with this scope.
    Scope(Scope),
    /// Any key; open where prediction is open to anyone.
    AnyKey,
}

/// Lets those in who may, and counts everyone. Wraps every route that is not open to all.
pub(crate) async fn authorize(
    State((service, need)): State<(Arc<AppState>, Requirement)>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let (counted, decided) = decide(&service, need, peer, &request);
    let left = match service.count(&counted) {
        Err(left) => return ApiError::from(Rejection::TooOften(left)).into_response(),
        Ok(left) => left,
    };
    let mut response = match decided {
        Err(refusal) => ApiError::from(refusal).into_response(),
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(caller);
            response
        }
    };
    if let Some(left) = left {
        RateLimitStatus::put(left, response.headers_mut());
    }
    response
}

/// Under what a request counts, and who may go on.
fn decide(
    service: &AppState,
    need: Requirement,
    peer: Option<IpAddr>,
    request: &Request,
) -> (RateLimitKey, Result<Caller, Rejection>) {
    let access = &service.config.access;
    let client = forwarded(request.headers(), access.proxies).or(peer);
    let of_address = RateLimitKey::address(client.unwrap_or(IpAddr::from([0; 4])));
    let named = |name: &str| Caller { name: name.into() };
    if access.keys.is_empty() {
        let local = check_local(peer, request, access, &service.config.cors_origins);
        let caller = match local {
            Ok(()) => Ok(named("loopback")),
            Err(_) if is_open(need, access) => Ok(named("anonymous")),
            Err(refusal) => Err(refusal),
        };
        return (of_address, caller);
    }
    let Some(sent) = sent_key(request.headers()) else {
        let caller = if is_open(need, access) { Ok(named("anonymous")) } else { Err(Rejection::NoKey) };
        return (of_address, caller);
    };
    let Some(key) = access.keys.find(sent) else { return (of_address, Err(Rejection::UnknownKey)) };
    let opened = match need {
        Requirement::Scope(scope) if !key.scopes.contains(&scope) && !is_open(need, access) => {
            Err(Rejection::Scope(scope))
        }
        _ => Ok(Caller { name: key.name.clone() }),
    };
    (RateLimitKey::Name(key.name), opened)
}

/// The address that the outermost of so many proxies saw; what stands before it may be anything that a client sent.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lists = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|list| list.to_str().ok());
    let addresses: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
    let at = addresses.len().checked_sub(proxies).filter(|_| proxies > 0)?;
    addresses.get(at)?.trim().parse().ok()
}

/// Whether it is open to anyone: never more than scoring leads, and what model does that.
fn is_open(need: Requirement, access: &AuthConfig) -> bool {
    access.anonymous_predict && matches!(need, Requirement::Scope(Scope::Predict) | Requirement::AnyKey)
}

fn sent_key(headers: &HeaderMap) -> Option<&[u8]> {
    let bearer = |value: &[u8]| value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    let authorization = headers.get(AUTHORIZATION).map(|value| value.as_bytes()).filter(|value| bearer(value));
    let sent = authorization.map(|value| &value[7..]).or_else(|| headers.get(X_API_KEY).map(|value| value.as_bytes()));
    sent.map(<[u8]>::trim_ascii)
}

/// Whether a request without a key comes from this machine: by its peer's address, not through a proxy; and not from a
/// page elsewhere, be it that the page's host was made to lead here (its name then stands in `Host`) or that it calls
/// across origins.
fn check_local(
    peer: Option<IpAddr>,
    request: &Request,
    access: &AuthConfig,
    origins: &CorsOrigins,
) -> Result<(), Rejection> {
    let headers = request.headers();
    let is_local = peer.is_some_and(|peer| peer.to_canonical().is_loopback());
    if !is_local || OF_PROXIES.iter().any(|name| headers.contains_key(name)) {
        return Err(Rejection::NotLocal);
    }
    let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let mut named = headers.get_all(HOST).iter().map(|host| host.as_bytes()).chain(target);
    if !named.all(|host| std::str::from_utf8(host).is_ok_and(|host| is_own(host, &access.hosts))) {
        return Err(Rejection::OtherHost);
    }
    let may_call = |origin: &[u8]| match origins {
        CorsOrigins::Any => true,
        CorsOrigins::List(list) if list.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(origin)) => true,
        _ => is_same(origin, headers),
    };
    if headers.get_all(ORIGIN).iter().all(|origin| may_call(origin.as_bytes())) {
        Ok(())
    } else {
        Err(Rejection::OtherOrigin)
    }
}

/// Whether a host is a name of this machine, or one that is configured.
fn is_own(host: &str, configured: &[String]) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, _)) => inner,
        None => host.split(':').next().unwrap_or(host),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_loopback = name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    let is_configured = || configured.iter().any(|own| own.trim_start_matches('[').trim_end_matches(']') == name);
    is_loopback || name == "localhost" || name.ends_with(".localhost") || is_configured()
}

/// Whether an origin is this server under the name that it was called by.
fn is_same(origin: &[u8], headers: &HeaderMap) -> bool {
    let authority = origin.split(|byte| *byte == b'/').nth(2).unwrap_or_default();
    headers.get(HOST).is_some_and(|host| !authority.is_empty() && host.as_bytes().eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn local(peer: &str, headers: &[(&str, &str)]) -> Result<(), Rejection> {
        let mut request = Request::post("/predict");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let access = AuthConfig { hosts: vec!["leads.example.org".to_owned()], ..AuthConfig::default() };
        let origins = "https://app.example".parse().unwrap();
        check_local(Some(peer.parse().unwrap()), &request.body(Body::empty()).unwrap(), &access, &origins)
    }

    #[test]
    fn only_this_machine_is_local_and_no_proxy_on_it() {
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(local(peer, &[]).is_ok(), "{peer}");
        }
        for peer in ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "0.0.0.0"] {
            assert!(matches!(local(peer, &[]), Err(Rejection::NotLocal)), "{peer}");
        }
        for name in ["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"] {
            assert!(matches!(local("127.0.0.1", &[(name, "127.0.0.1")]), Err(Rejection::NotLocal)), "{name}");
        }
    }

    #[test]
    fn only_what_our_own_proxies_saw_is_a_callers_address() {
        let headers: HeaderMap =
            ["1.1.1.1, 2.2.2.2", "3.3.3.3"].iter().map(|list| (X_FORWARDED_FOR, list.parse().unwrap())).collect();
        let seen = |proxies| forwarded(&headers, proxies).map(|address| address.to_string());
        assert_eq!((seen(0), seen(4)), (None, None));
        assert_eq!((seen(1).as_deref(), seen(2).as_deref()), (Some("3.3.3.3"), Some("2.2.2.2")));
    }

    #[test]
    fn a_host_that_was_made_to_lead_here_is_not_this_machine() {
        for own in [
            "localhost:7860",
            "LOCALHOST",
            "app.localhost",
            "127.0.0.1:80",
            "[::1]:7860",
            "leads.example.org:1",
            "localhost.",
        ] {
            assert!(local("127.0.0.1", &[("host", own)]).is_ok(), "{own}");
        }
        for other in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil-localhost", "", "[::2]"]
        {
            assert!(matches!(local("127.0.0.1", &[("host", other)]), Err(Rejection::OtherHost)), "{other}");
        }
        let two = [("host", "localhost"), ("host", "evil.example")];
        assert!(matches!(local("127.0.0.1", &two), Err(Rejection::OtherHost)));
    }

    #[test]
    fn pages_of_other_origins_are_not_this_machine() {
        for own in ["http://localhost:7860", "https://app.example"] {
            assert!(local("127.0.0.1", &[("host", "localhost:7860"), ("origin", own)]).is_ok(), "{own}");
        }
        for other in ["http://localhost:8080", "https://evil.example", "null", "file://"] {
            let told = local("127.0.0.1", &[("host", "localhost:7860"), ("origin", other)]);
            assert!(matches!(told, Err(Rejection::OtherOrigin)), "{other}");
        }
    }
}
