//! One made-up lead: cells in the order of the columns, with the shares of empty cells of real exports.

use super::lists::Lists;
use super::random::Random;
use super::row::Row;

/// A user's own columns as exports have them, then the key and the fields of a lead.
pub(super) const COLUMNS: &str = "First Name,Last Name,Company,Email,Profile URL,Owner,lead_key,llm_quality,\
    llm_engagement,llm_decision_maker,llm_company_fit,llm_seniority,llm_geography,llm_business_type,llm_industry,\
    companyfoundedon,companysize,companytype,industry,companyindustry,languages,location,companylocation,summary,skills,\
    jobtitle";

/// Percentage of leads that went through the enrichment that fills the `llm_*` fields.
const ENRICHED: usize = 70;
/// Characters of the longest summary.
const SUMMARY_MAX: usize = 2_600;

/// Writes the cells of lead `number` into an empty row.
pub(super) fn fill(row: &mut Row, number: u64, lists: &Lists, random: &mut Random) {
    let french = random.percent(45);
    let titles = if french { &lists.titles_french } else { &lists.titles };
    let [title, seniority, business] = random.choose_early(titles);
    person(row, number, lists, random);
    enrichment(row, lists, random, [seniority, business]);
    company(row, lists, random);
    row.optional(random.percent(95), random.choose_early(&lists.industries));
    row.optional(random.percent(70), random.choose_early(&lists.company_industries));
    for (percent, text) in [
        (70, languages as fn(&Lists, &mut Random, bool) -> String),
        (98, location),
        (60, company_location),
        (75, summary),
        (92, skills),
    ] {
        let text = text(lists, random, french);
        row.optional(random.percent(percent), text);
    }
    row.optional(random.percent(90), title);
}

fn person(row: &mut Row, number: u64, lists: &Lists, random: &mut Random) {
    let (first, last) = (random.choose(&lists.first_names), random.choose(&lists.last_names));
    let company = format!("{} {}", random.choose(&lists.company_starts), random.choose(&lists.company_ends));
    row.cell(first);
    row.cell(last);
    row.cell(company);
    let local = ascii(&format!("{first}.{last}"));
    row.cell(if random.percent(65) { format!("{local}.{number}@example.com") } else { String::new() });
    row.cell(format!("https://example.com/in/{local}-{number}"));
    row.cell(random.choose_early(&lists.owners));
    row.cell(format!("demo-{number:06}"));
}

/// A name in lower-case ASCII, as addresses have it.
fn ascii(name: &str) -> String {
    let letter = |char: char| match char {
        'é' | 'è' | 'ë' => 'e',
        'ô' | 'ö' | 'ø' => 'o',
        'ï' | 'î' => 'i',
        'ç' => 'c',
        ' ' | '\'' => '-',
        char => char.to_ascii_lowercase(),
    };
    name.chars().map(letter).collect()
}

fn enrichment(row: &mut Row, lists: &Lists, random: &mut Random, [seniority, business]: [&str; 2]) {
    let enriched = random.percent(ENRICHED);
    // A fraction in steps of 0.05.
    let share = |twentieths: usize| (twentieths as f64 / 20.0).to_string();
    row.optional(enriched, (5 * (4 + random.below(9) + random.below(9))).to_string());
    row.optional(enriched, share(2 + random.below(18)));
    row.optional(enriched, share(1 + random.below(19)));
    row.optional(enriched, random.early_below(3).to_string());
    let mut industry = random.choose_early(&lists.sectors).clone();
    if random.percent(60) {
        industry += &format!(" - {}", random.choose(&lists.niches));
    }
    for level in [seniority, random.choose_early(&lists.geographies).as_str(), business, &industry] {
        row.optional(enriched, level);
    }
}

fn company(row: &mut Row, lists: &Lists, random: &mut Random) {
    let mut founded = String::new();
    if random.percent(48) {
        // Spreadsheets write a column of years with gaps as fractions.
        let year = 2024 - random.early_below(60);
        founded = format!("{year}{}", if random.percent(60) { ".0" } else { "" });
    }
    row.cell(founded);
    row.cell(if random.percent(58) { random.choose_early(&lists.sizes).as_str() } else { "" });
    row.cell(if random.percent(68) { random.choose_early(&lists.types).as_str() } else { "" });
}

/// One to four languages, in the order of the list.
fn languages(lists: &Lists, random: &mut Random, french: bool) -> String {
    let count = 1 + random.choose_early(&[1, 0, 2, 3]);
    let mut chosen: Vec<usize> = (0..count).map(|_| random.early_below(lists.languages.len())).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let names: Vec<&str> = chosen.iter().map(|at| lists.languages[*at][usize::from(french)].as_str()).collect();
    names.join(", ")
}

fn location(lists: &Lists, random: &mut Random, _french: bool) -> String {
    let [city, region, country, _] = random.choose_early(&lists.cities);
    match random.below(10) {
        0 => country.clone(),
        1 => format!("Greater {city} Area, {country}"),
        _ => format!("{city}, {region}, {country}"),
    }
}

fn company_location(lists: &Lists, random: &mut Random, _french: bool) -> String {
    let [city, .., code] = random.choose_early(&lists.cities);
    match random.below(12) {
        0 => format!("{}, {code}", city.to_uppercase()),
        1 => format!("{city} , {code}"),
        _ => format!("{city}, {code}"),
    }
}

/// Most summaries are short, few long.
fn summary(lists: &Lists, random: &mut Random, french: bool) -> String {
    let half = 1 + SUMMARY_MAX / 2;
    let wanted = (random.below(half) + random.below(half)).min(random.below(SUMMARY_MAX));
    let is_list = random.percent(30);
    let (mut text, mut length) = (String::new(), 0);
    while length < wanted {
        let sentence = sentence(lists, random, french);
        length += 3 + sentence.chars().count();
        if length > SUMMARY_MAX {
            break;
        }
        if !text.is_empty() {
            text += match is_list {
                true => "\n• ",
                false if random.percent(20) => "\n\n",
                false => " ",
            };
        }
        text += &sentence;
    }
    text
}

fn sentence(lists: &Lists, random: &mut Random, french: bool) -> String {
    let (remarks, [start, middle, end]) = match french {
        true => (&lists.remarks_french, &lists.sentences_french),
        false => (&lists.remarks, &lists.sentences),
    };
    if random.percent(15) {
        return random.choose(remarks).clone();
    }
    format!("{} {} {}.", random.choose(start), random.choose(middle), random.choose(end))
}

fn skills(lists: &Lists, random: &mut Random, french: bool) -> String {
    let list = if french { &lists.skills_french } else { &lists.skills };
    let start = random.below(list.len());
    let count = 2 + random.below(9);
    // Neighbours in the list go together; steps of seven add distant ones.
    let places = (0..count).map(|at| start + if at % 2 == 0 { at } else { 7 * at });
    let skills: Vec<&str> = places.map(|place| list[place % list.len()].as_str()).collect();
    skills.join(", ")
}
