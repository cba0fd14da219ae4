//! Authentication and authorization: an API key's scopes; without keys, callers on this machine alone; anonymous
//! prediction when it is enabled.

use super::rate_limit;
use crate::api::api_keys::Scope;
use crate::api::config::{AuthConfig, CorsOrigins};
use crate::api::http::error::ApiError;
use crate::api::http::extensions::Caller;
use crate::api::http::rejection::Rejection;
use crate::api::rate_limit::RateLimitKey;
use crate::api::state::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, FORWARDED, HOST, HeaderName, ORIGIN, VIA};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Alternative to `Authorization: Bearer`.
pub(crate) const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Header to which each proxy appends its client.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers added by proxies; a request with one of them does not come from this machine.
const PROXY_HEADERS: [HeaderName; 6] = [
    FORWARDED,
    VIA,
    X_FORWARDED_FOR,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// Requirement of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// Key with this scope.
    Scope(Scope),
    /// Any key; none when prediction is anonymous.
    AnyKey,
}

/// Authorizes a request, after its caller's rate was checked. Wraps every route that is not public.
pub(super) async fn authorize(
    State((state, requirement)): State<(Arc<AppState>, Requirement)>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let (key, decision) = identify(&state, requirement, peer, &request);
    let respond = async {
        match decision {
            Err(rejection) => ApiError::from(rejection).into_response(),
            Ok(caller) => {
                request.extensions_mut().insert(caller.clone());
                let mut response = next.run(request).await;
                response.extensions_mut().insert(caller);
                response
            }
        }
    };
    rate_limit::enforce(&state, &key, respond).await
}

/// Identifies the caller: the key of its rate limit, and the decision.
fn identify(
    state: &AppState,
    requirement: Requirement,
    peer: Option<IpAddr>,
    request: &Request,
) -> (RateLimitKey, Result<Caller, Rejection>) {
    let access = &state.config.auth;
    let client = forwarded_client(request.headers(), access.proxies).or(peer);
    let address_key = RateLimitKey::from_address(client.unwrap_or(IpAddr::from([0; 4])));
    let named = |name: &str| Caller { name: name.into() };
    if access.keys.is_empty() {
        let local = check_local(peer, request, access, &state.config.cors_origins);
        let caller = match local {
            Ok(()) => Ok(named("loopback")),
            Err(_) if is_anonymous(requirement, access) => Ok(named("anonymous")),
            Err(rejection) => Err(rejection),
        };
        return (address_key, caller);
    }
    let Some(sent) = sent_key(request.headers()) else {
        let caller = if is_anonymous(requirement, access) { Ok(named("anonymous")) } else { Err(Rejection::NoKey) };
        return (address_key, caller);
    };
    let Some(key) = access.keys.find(sent) else { return (address_key, Err(Rejection::UnknownKey)) };
    let decision = match requirement {
        Requirement::Scope(scope) if !key.scopes.contains(&scope) && !is_anonymous(requirement, access) => {
            Err(Rejection::Scope(scope))
        }
        _ => Ok(Caller { name: key.name.clone() }),
    };
    (RateLimitKey::Name(key.name), decision)
}

/// Client address seen by the outermost of the operator's own proxies; entries before it are not trustworthy.
fn forwarded_client(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lists = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|list| list.to_str().ok());
    let addresses: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
    let at = addresses.len().checked_sub(proxies).filter(|_| proxies > 0)?;
    addresses.get(at)?.trim().parse().ok()
}

/// True when anyone may call: at most scoring and the description of the model.
fn is_anonymous(requirement: Requirement, access: &AuthConfig) -> bool {
    access.anonymous_predict && matches!(requirement, Requirement::Scope(Scope::Predict) | Requirement::AnyKey)
}

fn sent_key(headers: &HeaderMap) -> Option<&[u8]> {
    let bearer = |value: &[u8]| value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    let authorization = headers.get(AUTHORIZATION).map(|value| value.as_bytes()).filter(|value| bearer(value));
    let sent = authorization.map(|value| &value[7..]).or_else(|| headers.get(X_API_KEY).map(|value| value.as_bytes()));
    sent.map(<[u8]>::trim_ascii)
}

/// Checks that a request without a key comes from this machine: a loopback peer, no proxy, a `Host` that is this
/// machine's (against DNS rebinding), and no page of another origin.
fn check_local(
    peer: Option<IpAddr>,
    request: &Request,
    access: &AuthConfig,
    origins: &CorsOrigins,
) -> Result<(), Rejection> {
    let headers = request.headers();
    let is_local = peer.is_some_and(|peer| peer.to_canonical().is_loopback());
    if !is_local || PROXY_HEADERS.iter().any(|name| headers.contains_key(name)) {
        return Err(Rejection::NotLocal);
    }
    let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let mut named = headers.get_all(HOST).iter().map(|host| host.as_bytes()).chain(target);
    if !named.all(|host| std::str::from_utf8(host).is_ok_and(|host| is_own_host(host, &access.hosts))) {
        return Err(Rejection::OtherHost);
    }
    let may_call = |origin: &[u8]| match origins {
        CorsOrigins::Any => true,
        CorsOrigins::List(list) if list.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(origin)) => true,
        _ => is_same_origin(origin, headers),
    };
    if headers.get_all(ORIGIN).iter().all(|origin| may_call(origin.as_bytes())) {
        Ok(())
    } else {
        Err(Rejection::OtherOrigin)
    }
}

/// True for a name or loopback address of this machine, or a configured host.
fn is_own_host(host: &str, configured: &[String]) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, _)) => inner,
        None => host.split(':').next().unwrap_or(host),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_loopback = name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    let is_configured = || configured.iter().any(|own| own.trim_start_matches('[').trim_end_matches(']') == name);
    is_loopback || name == "localhost" || name.ends_with(".localhost") || is_configured()
}

/// True when the origin is the host of the request.
fn is_same_origin(origin: &[u8], headers: &HeaderMap) -> bool {
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
    fn only_addresses_seen_by_own_proxies_count() {
        let headers: HeaderMap =
            ["1.1.1.1, 2.2.2.2", "3.3.3.3"].iter().map(|list| (X_FORWARDED_FOR, list.parse().unwrap())).collect();
        let seen = |proxies| forwarded_client(&headers, proxies).map(|address| address.to_string());
        assert_eq!((seen(0), seen(4)), (None, None));
        assert_eq!((seen(1).as_deref(), seen(2).as_deref()), (Some("3.3.3.3"), Some("2.2.2.2")));
    }

    #[test]
    fn a_rebound_host_is_not_this_machine() {
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
            let result = local("127.0.0.1", &[("host", "localhost:7860"), ("origin", other)]);
            assert!(matches!(result, Err(Rejection::OtherOrigin)), "{other}");
        }
    }
}
