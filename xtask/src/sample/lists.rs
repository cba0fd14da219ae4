//! Words of made-up leads, from `lists.json`: levels as exports have them, names that nobody bears, parts of sentences.

use anyhow::{Context, Result};
use serde::Deserialize;

/// Words by column. Earlier levels of a list are drawn more often.
#[derive(Deserialize)]
pub(super) struct Lists {
    pub(super) geographies: Vec<String>,
    pub(super) sizes: Vec<String>,
    pub(super) types: Vec<String>,
    pub(super) sectors: Vec<String>,
    pub(super) niches: Vec<String>,
    pub(super) industries: Vec<String>,
    pub(super) company_industries: Vec<String>,
    /// English and French names.
    pub(super) languages: Vec<[String; 2]>,
    /// City, region, country, country code.
    pub(super) cities: Vec<[String; 4]>,
    pub(super) skills: Vec<String>,
    pub(super) skills_french: Vec<String>,
    pub(super) first_names: Vec<String>,
    pub(super) last_names: Vec<String>,
    pub(super) company_starts: Vec<String>,
    pub(super) company_ends: Vec<String>,
    pub(super) owners: Vec<String>,
    /// Title, seniority, business type.
    pub(super) titles: Vec<[String; 3]>,
    pub(super) titles_french: Vec<[String; 3]>,
    /// Sentences that stand alone.
    pub(super) remarks: Vec<String>,
    pub(super) remarks_french: Vec<String>,
    /// Beginnings, middles and ends of sentences.
    pub(super) sentences: [Vec<String>; 3],
    pub(super) sentences_french: [Vec<String>; 3],
}

impl Lists {
    pub(super) fn load() -> Result<Self> {
        serde_json::from_str(include_str!("lists.json")).context("lists.json of the sample is not as expected")
    }
}
