//! How the promise is kept, shown working: the rule in force, an attempt against it, all requests so far, and the limits.

use super::TITLE_ID;
use crate::{browser, text};
use yew::platform::spawn_local;
use yew::{Html, UseStateHandle, component, html, use_state};

/// What became of the attempt to reach the network.
#[derive(Clone, Copy, PartialEq)]
enum Attempt {
    None,
    UnderWay,
    Refused,
    Sent,
}

/// The page.
#[component]
pub fn PrivacyPage() -> Html {
    let attempt = use_state(|| Attempt::None);
    let limits = [text::limit_extensions(), text::limit_site(), text::limit_ways(), text::limit_files()];
    html! {
        <main class="privacy">
            <h1 id={TITLE_ID} tabindex="-1">{text::privacy_title()}</h1>
            <p>{text::privacy_how()}</p>
            <section>
                <h2>{text::lock_title()}</h2>
                if browser::is_locked() { {rule()} } else { <p>{text::lock_missing()}</p> }
            </section>
            <section>
                <h2>{text::attempt_title()}</h2>
                {trial(&attempt)}
            </section>
            {requests()}
            <section>
                <h2>{text::limits_title()}</h2>
                <ul>{for limits.into_iter().map(|limit| html! { <li>{limit}</li> })}</ul>
            </section>
        </main>
    }
}

/// The rule as it stands in the document, one directive a line.
fn rule() -> Html {
    html! { <pre class="rule" tabindex="0">{browser::LOCK.split("; ").collect::<Vec<_>>().join("\n")}</pre> }
}

fn trial(attempt: &UseStateHandle<Attempt>) -> Html {
    let into = attempt.clone();
    let onclick = move |_| {
        into.set(Attempt::UnderWay);
        let into = into.clone();
        spawn_local(async move {
            let sent = browser::try_network().await;
            into.set(if sent { Attempt::Sent } else { Attempt::Refused });
        });
    };
    let words = match **attempt {
        Attempt::None => "",
        Attempt::UnderWay => text::attempting(),
        Attempt::Refused => text::refused(),
        Attempt::Sent => text::not_refused(),
    };
    html! {
        <>
            <button class="button" id="attempt" {onclick}>{text::attempt()}</button>
            <p id="attempted" role="status">{words}</p>
        </>
    }
}

/// Everything that was loaded, in order.
fn requests() -> Html {
    let requests = browser::requests();
    let request = |(address, ms): &(String, f64)| {
        html! { <li><code>{address}</code>{" "}<span class="quiet figures">{text::after_seconds(ms / 1e3)}</span></li> }
    };
    html! {
        <section>
            <h2>{text::requests_title()}</h2>
            <p class="quiet">{text::requests(requests.len() as u32)}</p>
            <ol class="requests">{for requests.iter().map(request)}</ol>
        </section>
    }
}
