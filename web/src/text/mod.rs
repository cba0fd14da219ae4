//! All words of the page, in English and French, side by side.
//!
//! Owns every sentence that a user reads, in one place. May not know components or the browser.

/// Words without a number or a name in them: one function each, which gives them in the page's language.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $english:literal, $french:literal;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> &'static str {
            $crate::text::pick($english, $french)
        }
    )*};
}

mod columns;
mod failure;
mod field;
mod hand;
mod list;
mod model;
mod privacy;
mod reason;
mod start;
mod take;
#[cfg(test)]
mod tests;

pub use columns::*;
pub use failure::*;
pub use field::*;
pub use hand::*;
pub use list::*;
pub use model::*;
pub use privacy::*;
pub use reason::*;
pub use start::*;
pub use take::*;

use crate::format::count;
use crate::language::{Language, current};

/// The name of everything.
pub const NAME: &str = "Leadlight";
/// The sample's file name.
pub const SAMPLE_FILE: &str = "sample-leads.csv";

/// One of two words, by the page's language.
fn pick(english: &'static str, french: &'static str) -> &'static str {
    match current() {
        Language::English => english,
        Language::French => french,
    }
}

/// One of two texts, by the page's language.
fn say(english: impl Into<String>, french: impl Into<String>) -> String {
    match current() {
        Language::English => english.into(),
        Language::French => french.into(),
    }
}

/// `1 lead`, `2 leads`.
pub fn leads(number: u32) -> String {
    let words = match (current(), number) {
        (Language::English, 1) => "lead",
        (Language::English, _) => "leads",
        // In French, none is not many.
        (Language::French, 0 | 1) => "prospect",
        (Language::French, _) => "prospects",
    };
    format!("{} {words}", count(number))
}
