//! The language that the page speaks, and how numbers are written in it.
//!
//! Owns which one that is: one for the whole page. May not know words.

use std::cell::Cell;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

thread_local! {
    static CURRENT: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language of the page.
pub fn current() -> Language {
    CURRENT.get()
}

/// Speaks another language; what was drawn before has to be drawn again.
pub fn speak(language: Language) {
    CURRENT.set(language);
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::English, Language::French];

    /// The language of a tag, such as `fr-CA`; English where that is none of ours.
    pub fn of(tag: &str) -> Self {
        let is_french = tag.split('-').next().is_some_and(|start| start.eq_ignore_ascii_case("fr"));
        if is_french { Language::French } else { Language::English }
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::French => "Français",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_tells_the_language() {
        assert_eq!(
            ["fr", "FR-ca", "en-GB", "frr", ""].map(Language::of).map(Language::tag),
            ["fr", "fr", "en", "en", "en"]
        );
    }
}
