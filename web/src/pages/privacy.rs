//! Explains the privacy guarantee: the policy in force, an attempt to bypass it, all requests so far, and the limits.

use super::TITLE_ID;
use crate::{browser, text};
use yew::platform::spawn_local;
use yew::{Html, UseStateHandle, component, html, use_state};

/// Result of the attempt to reach the network.
#[derive(Clone, Copy, PartialEq)]
enum Attempt {
    None,
    Pending,
    Blocked,
    Sent,
}

/// Privacy page.
#[component]
pub fn PrivacyPage() -> Html {
    let attempt = use_state(|| Attempt::None);
    let limits = [text::limit_extensions(), text::limit_site(), text::limit_policy(), text::limit_files()];
    html! {
        <main class="privacy">
            <h1 id={TITLE_ID} tabindex="-1">{text::privacy_title()}</h1>
            <p>{text::privacy_how()}</p>
            <section>
                <h2>{text::lock_title()}</h2>
                if browser::is_locked() { {policy()} } else { <p>{text::lock_missing()}</p> }
            </section>
            <section>
                <h2>{text::attempt_title()}</h2>
                {attempt_button(&attempt)}
            </section>
            {requests()}
            <section>
                <h2>{text::limits_title()}</h2>
                <ul>{for limits.into_iter().map(|limit| html! { <li>{limit}</li> })}</ul>
            </section>
        </main>
    }
}

/// Shows the policy, one directive per line.
fn policy() -> Html {
    html! { <pre class="rule" tabindex="0">{browser::NETWORK_LOCK.split("; ").collect::<Vec<_>>().join("\n")}</pre> }
}

fn attempt_button(attempt: &UseStateHandle<Attempt>) -> Html {
    let result = attempt.clone();
    let onclick = move |_| {
        result.set(Attempt::Pending);
        let result = result.clone();
        spawn_local(async move {
            let sent = browser::try_fetch().await;
            result.set(if sent { Attempt::Sent } else { Attempt::Blocked });
        });
    };
    let message = match **attempt {
        Attempt::None => "",
        Attempt::Pending => text::attempting(),
        Attempt::Blocked => text::refused(),
        Attempt::Sent => text::not_refused(),
    };
    html! {
        <>
            <button class="button" id="attempt" {onclick}>{text::attempt()}</button>
            <p id="attempted" role="status">{message}</p>
        </>
    }
}

/// Lists all requests, in order.
fn requests() -> Html {
    let requests = browser::loaded_resources();
    let request = |(address, ms): &(String, f64)| {
        html! { <li><code>{address}</code>{" "}<span class="quiet figures">{text::seconds_after_start(ms / 1e3)}</span></li> }
    };
    html! {
        <section>
            <h2>{text::requests_title()}</h2>
            <p class="quiet">{text::request_count(requests.len() as u32)}</p>
            <ol class="requests">{for requests.iter().map(request)}</ol>
        </section>
    }
}
