//! Display language of the page.

use std::cell::Cell;

/// Display language.
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

/// Returns the current display language.
pub fn current() -> Language {
    CURRENT.get()
}

/// Changes the display language; rendered texts must be rendered again.
pub fn set_current(language: Language) {
    CURRENT.set(language);
}

impl Language {
    /// All languages.
    pub const ALL: [Language; 2] = [Language::English, Language::French];

    /// Parses a language tag, such as `fr-CA`; English for unsupported ones.
    pub fn from_tag(tag: &str) -> Self {
        let is_french = tag.split('-').next().is_some_and(|start| start.eq_ignore_ascii_case("fr"));
        if is_french { Language::French } else { Language::English }
    }

    /// Returns the language tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// Returns the native name.
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
    fn tags_are_parsed_by_primary_language() {
        assert_eq!(
            ["fr", "FR-ca", "en-GB", "frr", ""].map(Language::from_tag).map(Language::tag),
            ["fr", "fr", "en", "en", "en"]
        );
    }
}
