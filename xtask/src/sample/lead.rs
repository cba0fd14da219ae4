//! One made-up lead after the other: which cells are filled, how often, and with what. Knows the columns; the words come
//! from the lists.

use super::draw::Draw;
use super::{Row, levels, people, prose};
use std::fmt::Write;

/// A user's own columns as exports have them, then the key and the fields of a lead.
pub(super) const COLUMNS: [&str; 26] = [
    "First Name",
    "Last Name",
    "Company",
    "Email",
    "Profile URL",
    "Owner",
    "lead_key",
    "llm_quality",
    "llm_engagement",
    "llm_decision_maker",
    "llm_company_fit",
    "llm_seniority",
    "llm_geography",
    "llm_business_type",
    "llm_industry",
    "companyfoundedon",
    "companysize",
    "companytype",
    "industry",
    "companyindustry",
    "languages",
    "location",
    "companylocation",
    "summary",
    "skills",
    "jobtitle",
];

/// Of a hundred leads, how many went through the enrichment that fills the `llm_*` fields.
const ENRICHED: usize = 70;

/// Fills a row, cell by cell in the order of [`COLUMNS`].
pub(super) fn fill(row: &mut Row, number: u64, draw: &mut Draw) {
    let mut text = String::new();
    let french = draw.percent(45);
    let (title, seniority, business) = draw.early(if french { people::TITLES_FRENCH } else { people::TITLES });
    person(row, number, draw, &mut text);
    enrichment(row, draw, seniority, business, &mut text);
    company(row, draw, &mut text);
    let cell = |row: &mut Row, filled: bool, text: &str| row.cell(if filled { text } else { "" });
    cell(row, draw.percent(95), draw.early(levels::INDUSTRIES));
    cell(row, draw.percent(70), draw.early(levels::COMPANY_INDUSTRIES));
    languages(&mut text, draw, french);
    cell(row, draw.percent(70), &text);
    location(&mut text, draw);
    cell(row, draw.percent(98), &text);
    company_location(&mut text, draw);
    cell(row, draw.percent(60), &text);
    prose::summary(&mut text, draw, french);
    cell(row, draw.percent(75), &text);
    skills(&mut text, draw, french);
    cell(row, draw.percent(92), &text);
    cell(row, draw.percent(90), title);
}

fn person(row: &mut Row, number: u64, draw: &mut Draw, text: &mut String) {
    let (first, last) = (draw.any(people::FIRST_NAMES), draw.any(people::LAST_NAMES));
    let company = format!("{} {}", draw.any(people::COMPANY_STARTS), draw.any(people::COMPANY_ENDS));
    row.cell(first);
    row.cell(last);
    row.cell(&company);
    let place = plain(&format!("{first}.{last}"));
    text.clear();
    let _ = write!(text, "{place}.{number}@example.com");
    row.cell(if draw.percent(65) { text } else { "" });
    text.clear();
    let _ = write!(text, "https://example.com/in/{place}-{number}");
    row.cell(text);
    row.cell(draw.early(people::OWNERS));
    text.clear();
    let _ = write!(text, "demo-{number:06}");
    row.cell(text);
}

/// A name as it stands in an address: small letters of ASCII.
fn plain(name: &str) -> String {
    let ascii = |char: char| match char {
        'é' | 'è' | 'ë' => 'e',
        'ô' | 'ö' | 'ø' => 'o',
        'ï' | 'î' => 'i',
        'ç' => 'c',
        ' ' | '\'' => '-',
        char => char.to_ascii_lowercase(),
    };
    name.chars().map(ascii).collect()
}

fn enrichment(row: &mut Row, draw: &mut Draw, seniority: &str, business: &str, text: &mut String) {
    let enriched = draw.percent(ENRICHED);
    let number = |row: &mut Row, value: String| row.cell(if enriched { &value } else { "" });
    let quality = 5 * (4 + draw.below(9) + draw.below(9));
    number(row, quality.to_string());
    number(row, share(2 + draw.below(18)));
    number(row, share(1 + draw.below(19)));
    number(row, draw.early(&[0, 1, 2]).to_string());
    text.clear();
    text.push_str(draw.early(levels::SECTORS));
    if draw.percent(60) {
        let _ = write!(text, " - {}", draw.any(levels::NICHES));
    }
    for level in [seniority, draw.early(levels::GEOGRAPHIES), business, text] {
        row.cell(if enriched { level } else { "" });
    }
}

/// Twentieths as a decimal fraction: 0.05 to 1.
fn share(twentieths: usize) -> String {
    (twentieths as f64 / 20.0).to_string()
}

fn company(row: &mut Row, draw: &mut Draw, text: &mut String) {
    text.clear();
    if draw.percent(48) {
        let year = 2024 - draw.below(60).min(draw.below(60));
        // Spreadsheets with gaps in a column of years write them as fractions.
        let _ = write!(text, "{year}{}", if draw.percent(60) { ".0" } else { "" });
    }
    row.cell(text);
    row.cell(if draw.percent(58) { draw.early(levels::SIZES) } else { "" });
    row.cell(if draw.percent(68) { draw.early(levels::TYPES) } else { "" });
}

/// One to four languages, in the order of the list, in the tongue of the profile.
fn languages(text: &mut String, draw: &mut Draw, french: bool) {
    text.clear();
    let count = 1 + draw.early(&[1, 0, 2, 3]);
    let mut chosen: Vec<usize> = (0..count).map(|_| draw.early(PLACES)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    for place in chosen {
        let (english, in_french) = levels::LANGUAGES[place];
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(if french { in_french } else { english });
    }
}

/// Places in the list of languages.
const PLACES: &[usize] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn location(text: &mut String, draw: &mut Draw) {
    let (city, region, country, _) = draw.early(levels::CITIES);
    text.clear();
    let _ = match draw.below(10) {
        0 => write!(text, "{country}"),
        1 => write!(text, "Greater {city} Area, {country}"),
        _ => write!(text, "{city}, {region}, {country}"),
    };
}

fn company_location(text: &mut String, draw: &mut Draw) {
    let (city, _, _, code) = draw.early(levels::CITIES);
    text.clear();
    let _ = match draw.below(12) {
        0 => write!(text, "{}, {code}", city.to_uppercase()),
        1 => write!(text, "{city} , {code}"),
        _ => write!(text, "{city}, {code}"),
    };
}

fn skills(text: &mut String, draw: &mut Draw, french: bool) {
    text.clear();
    let list = if french { levels::SKILLS_FRENCH } else { levels::SKILLS };
    let start = draw.below(list.len());
    let count = 2 + draw.below(9);
    // Neighbours in the list go together; a step of seven takes the rest from elsewhere.
    for skill in (0..count).map(|at| list[(start + if at % 2 == 0 { at } else { 7 * at }) % list.len()]) {
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(skill);
    }
}
