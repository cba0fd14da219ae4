//! The monitoring document: reads an API's overview and shows it, drawn by the code that draws the API's own page.
//!
//! Owns what is asked for, when, and what becomes of the answer. May not know how anything is drawn, nor the page that
//! scores leads: this document shares nothing with it but the style's tokens.

mod client;
mod text;
mod view;

use client::{Client, Trouble};
use scorer::chart::{page, report, simulation};
use scorer::wire::monitoring::{Choice, Overview};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use view::Wish;
use wasm_bindgen_futures::spawn_local;

/// The document's life.
struct Document {
    client: RefCell<Client>,
    /// What is shown.
    overview: RefCell<Option<Overview>>,
    /// How often was asked: an answer to an earlier question comes too late.
    asked: Cell<u32>,
}

/// Reads where the API is, closes every other way, and shows what the document's own address asks for.
pub fn start() {
    spawn_local(async {
        let client = match Client::configured().await {
            Ok(client) => client,
            Err(trouble) => return view::tell(&text::trouble(&trouble)),
        };
        // Without the second policy no key may be typed.
        if view::tighten(client.origin()).is_err() {
            return view::tell(text::UNSAFE);
        }
        view::name_api(client.origin());
        let document =
            Rc::new(Document { client: RefCell::new(client), overview: RefCell::default(), asked: Cell::new(0) });
        let heard = document.clone();
        view::listen(move |wish| heard.clone().grant(wish));
        document.ask(view::location());
    });
}

impl Document {
    fn grant(self: Rc<Self>, wish: Wish) {
        match wish {
            Wish::Page { query, is_new } => {
                if is_new {
                    view::remember(&query);
                }
                self.ask(query);
            }
            Wish::Key(key) => {
                self.client.borrow_mut().set_key(key);
                self.ask(view::location());
            }
            Wish::Report => self.keep(report::document, "leadlight-drift.html", "text/html"),
            Wish::Data => self.keep(
                |overview| serde_json::to_string_pretty(overview).unwrap_or_default(),
                "leadlight-monitoring.json",
                "application/json",
            ),
        }
    }

    /// Lets the user keep what is made of the overview.
    fn keep(&self, make: impl Fn(&Overview) -> String, name: &str, kind: &str) {
        if let Some(overview) = &*self.overview.borrow()
            && view::keep(&make(overview), name, kind).is_err()
        {
            view::tell(text::NOT_KEPT);
        }
    }

    /// Asks for the page that a query describes, and shows it unless something else was asked for meanwhile.
    fn ask(self: Rc<Self>, query: view::Query) {
        self.asked.set(self.asked.get() + 1);
        let turn = self.asked.get();
        let choice = match Choice::read(query.pairs.clone()) {
            Ok(choice) => choice,
            Err(error) => return view::tell(&format!("{error}.")),
        };
        view::wait();
        spawn_local(async move {
            let client = self.client.borrow().clone();
            let answer = if choice.simulated {
                Ok(simulation::overview(&choice, &view::now()))
            } else {
                client.overview(&choice).await
            };
            if self.asked.get() == turn {
                self.show(answer, &query);
            }
        });
    }

    fn show(&self, answer: Result<Overview, Trouble>, query: &view::Query) {
        match answer {
            Ok(overview) => {
                view::draw(&page::content(&overview), &query.place);
                *self.overview.borrow_mut() = Some(overview);
            }
            Err(trouble) => {
                view::tell(&text::trouble(&trouble));
                match trouble {
                    Trouble::NoKey | Trouble::WrongKey => view::ask_for_key(),
                    _ => view::offer_simulation(text::SIMULATED),
                }
            }
        }
    }
}
