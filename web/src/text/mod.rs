//! All user-visible texts of the page, in English and French.
//!
//! Must not depend on components or the browser.

/// Defines one function per constant text, which returns it in the display language.
macro_rules! translations {
    ($($(#[$doc:meta])* $name:ident: $english:literal, $french:literal;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> &'static str {
            $crate::text::tr_str($english, $french)
        }
    )*};
}

mod columns;
mod errors;
mod export;
mod fields;
mod file_format;
mod formats;
mod list;
mod manual_lead;
mod model;
mod privacy;
mod reject_reasons;
mod start;
#[cfg(test)]
mod tests;

pub use columns::*;
pub use errors::*;
pub use export::*;
pub use fields::*;
pub use file_format::*;
pub use list::*;
pub use manual_lead::*;
pub use model::*;
pub use privacy::*;
pub use reject_reasons::*;
pub use start::*;

use crate::format::count;
use crate::language::{Language, current};

/// Product name.
pub const NAME: &str = "Leadlight";
/// File name of the sample.
pub const SAMPLE_FILE: &str = "sample-leads.csv";

/// Returns one of two constant texts, by the display language.
fn tr_str(english: &'static str, french: &'static str) -> &'static str {
    match current() {
        Language::English => english,
        Language::French => french,
    }
}

/// Returns one of two texts, by the display language.
fn tr(english: impl Into<String>, french: impl Into<String>) -> String {
    match current() {
        Language::English => english.into(),
        Language::French => french.into(),
    }
}

/// `1 lead`, `2 leads`.
pub fn leads(number: u32) -> String {
    let noun = match (current(), number) {
        (Language::English, 1) => "lead",
        (Language::English, _) => "leads",
        // French uses the singular for zero.
        (Language::French, 0 | 1) => "prospect",
        (Language::French, _) => "prospects",
    };
    format!("{} {noun}", count(number))
}
