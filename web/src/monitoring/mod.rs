//! The monitoring document of the static site: fetches an API's overview and renders it with the code of the API's page.
//!
//! Must not depend on the page that scores leads; both share only design tokens.

mod client;
mod text;
mod view;

use client::{Client, FetchError};
use scorer::chart::{page, report, simulation};
use scorer::wire::monitoring::{Choice, Overview};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use view::UserAction;
use wasm_bindgen_futures::spawn_local;

/// State of the document.
struct Document {
    client: RefCell<Client>,
    /// Overview on the screen.
    overview: RefCell<Option<Overview>>,
    /// Number of requests; responses to earlier ones are discarded.
    requests: Cell<u32>,
}

/// Reads the settings, restricts connections to the API and shows what the document's address selects.
pub fn start() {
    spawn_local(async {
        let client = match Client::from_settings().await {
            Ok(client) => client,
            Err(error) => return view::show_message(&text::fetch_error(&error)),
        };
        // No key may be entered without the second policy.
        if view::restrict_connections(client.origin()).is_err() {
            return view::show_message(text::UNSAFE);
        }
        view::show_origin(client.origin());
        let document =
            Rc::new(Document { client: RefCell::new(client), overview: RefCell::default(), requests: Cell::new(0) });
        let listener = document.clone();
        view::listen(move |action| listener.clone().handle(action));
        document.load(view::location());
    });
}

impl Document {
    fn handle(self: Rc<Self>, action: UserAction) {
        match action {
            UserAction::Page { query, is_new } => {
                if is_new {
                    view::push_history(&query);
                }
                self.load(query);
            }
            UserAction::Key(key) => {
                self.client.borrow_mut().set_key(key);
                self.load(view::location());
            }
            UserAction::Report => self.download(report::document, "leadlight-drift.html", "text/html"),
            UserAction::Data => self.download(
                |overview| serde_json::to_string_pretty(overview).unwrap_or_default(),
                "leadlight-monitoring.json",
                "application/json",
            ),
        }
    }

    /// Downloads a file rendered from the overview.
    fn download(&self, render: impl Fn(&Overview) -> String, name: &str, kind: &str) {
        if let Some(overview) = &*self.overview.borrow()
            && view::download(&render(overview), name, kind).is_err()
        {
            view::show_message(text::DOWNLOAD_FAILED);
        }
    }

    /// Loads the page of a query and shows it, unless another request was made meanwhile.
    fn load(self: Rc<Self>, query: view::Query) {
        self.requests.set(self.requests.get() + 1);
        let request = self.requests.get();
        let choice = match Choice::from_pairs(query.pairs.clone()) {
            Ok(choice) => choice,
            Err(error) => return view::show_message(&format!("{error}.")),
        };
        view::set_busy();
        spawn_local(async move {
            let client = self.client.borrow().clone();
            let response = if choice.simulated {
                simulation::overview(&choice, &view::now()).map_err(|_| FetchError::Unreadable)
            } else {
                client.overview(&choice).await
            };
            if self.requests.get() == request {
                self.show(response, &query);
            }
        });
    }

    fn show(&self, response: Result<Overview, FetchError>, query: &view::Query) {
        match response {
            Ok(overview) => {
                view::render(&page::content(&overview), &query.fragment);
                *self.overview.borrow_mut() = Some(overview);
            }
            Err(error) => {
                view::show_message(&text::fetch_error(&error));
                match error {
                    FetchError::NoKey | FetchError::WrongKey => view::ask_for_key(),
                    _ => view::offer_simulation(text::SIMULATED),
                }
            }
        }
    }
}
