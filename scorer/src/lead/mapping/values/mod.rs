//! Evidence from the values of a column: fields that unknown names hold without doubt, and values that contradict a name.

mod industries;
mod job_titles;
mod places;

use super::company_size;
use super::name::words;

/// Number of filled cells below which values prove nothing.
const CELLS_MIN: usize = 3;

/// Share of the filled cells that has to fit.
const SHARE_MIN: f32 = 0.8;

/// Recognizer of one field.
type Recognizer = (&'static str, fn(&str) -> bool);

/// Fields that are recognized by their values, most specific first.
const RECOGNIZERS: [Recognizer; 5] = [
    ("companysize", company_size::is_bracket),
    ("companyfoundedon", is_year),
    ("industry", industries::is_industry),
    ("location", places::is_place),
    ("jobtitle", job_titles::is_job_title),
];

/// Field that the filled cells of a column hold without doubt, and their share.
pub(super) fn recognize(cells: &[&str]) -> Option<(&'static str, f32)> {
    let mut distinct: Vec<&str> = cells.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if cells.len() < CELLS_MIN || distinct.len() < 2 {
        return None;
    }
    let share = |fits: fn(&str) -> bool| cells.iter().filter(|cell| fits(cell)).count() as f32 / cells.len() as f32;
    let found =
        RECOGNIZERS.iter().map(|(field, fits)| (*field, share(*fits))).find(|(_, share)| *share >= SHARE_MIN)?;
    let has_no_doubt = match found.0 {
        "jobtitle" => job_titles::are_diverse(&distinct),
        // Years of one decade are rather dates of something else.
        "companyfoundedon" => found.1 == 1.0 && are_spread(&distinct),
        _ => true,
    };
    has_no_doubt.then_some(found)
}

/// False when a value contradicts the text field that its column's name means: a salutation is no job title, a code no
/// industry.
pub(super) fn is_plausible(cell: &str, field: &str) -> bool {
    match field {
        "jobtitle" => has_letters(cell) && !is_address(cell) && !job_titles::is_salutation(cell),
        "industry" | "companyindustry" => has_letters(cell) && !is_address(cell) && !industries::is_code(cell),
        "location" | "companylocation" | "languages" | "skills" | "summary" => has_letters(cell) && !is_address(cell),
        _ => true,
    }
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// True for an e-mail address or a URL.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    !text.contains(char::is_whitespace) && (text.contains('@') || text.contains("://") || text.starts_with("www."))
}

/// True for a bare year in which a company may have been founded.
fn is_year(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.len() == 4 && text.parse().is_ok_and(|year: u32| (1_700..2_100).contains(&year))
}

fn are_spread(years: &[&str]) -> bool {
    let years = || years.iter().filter_map(|year| year.trim().get(..4)?.parse::<u32>().ok());
    years().max().zip(years().min()).is_some_and(|(last, first)| last - first >= 10)
}

/// True when the words of a text are one of a sorted list.
fn is_listed(text: &str, list: &[&str]) -> bool {
    list.binary_search(&words(text).as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(cells: &[&str]) -> Option<&'static str> {
        recognize(cells).map(|(field, _)| field)
    }

    #[test]
    fn columns_are_recognized_by_their_values() {
        for (cells, expected) in [
            (["Directrice commerciale", "Founder & CEO", "Lead Engineer", "Responsable marketing"], Some("jobtitle")),
            (["Vertriebsleiterin", "Geschäftsführer", "Head of Sales", "IT-Leiter"], Some("jobtitle")),
            (
                ["Computer Software", "COMPUTER_SOFTWARE", "Marketing & Advertising", "Higher Education"],
                Some("industry"),
            ),
            (["Paris, Île-de-France, France", "France", "Greater Paris Metropolitan Region", "Lyon"], Some("location")),
            (["51-200", "2-10", "1001-5000", "11-50"], Some("companysize")),
            (["1998", "2004", "2019", "2011"], Some("companyfoundedon")),
            (["Ada", "Bob", "Carl", "Dora"], None),
            (["2021", "2022", "2023", "2024"], None),
            (["Director", "Manager", "VP", "Director"], None),
            (["37", "120", "9", "2400"], None),
            (["Sales", "Marketing", "Engineering", "Legal"], None),
            (["France", "France", "France", "France"], None),
            (
                [
                    "Spoke to the director. Wants a call.",
                    "No answer",
                    "Left a message",
                    "Met the CEO, nice person. Call back.",
                ],
                None,
            ),
        ] {
            assert_eq!(field(&cells), expected, "{cells:?}");
        }
        assert_eq!(field(&["CTO at Acme", "Sales director"]), None);
    }

    #[test]
    fn values_contradict_a_name() {
        for (cell, field) in [
            ("Mr.", "jobtitle"),
            ("Mme", "jobtitle"),
            ("Dr.", "jobtitle"),
            ("12", "jobtitle"),
            ("a@b.example", "jobtitle"),
            ("62.01Z", "industry"),
            ("6201", "companyindustry"),
            ("https://a.example", "location"),
            ("75001", "location"),
        ] {
            assert!(!is_plausible(cell, field), "{cell}");
        }
        for (cell, field) in [("CTO", "jobtitle"), ("Software", "industry"), ("Lyon", "location"), ("日本", "location")]
        {
            assert!(is_plausible(cell, field), "{cell}");
        }
    }

    #[test]
    fn lists_are_sorted_words() {
        for list in [industries::LINKEDIN, places::COUNTRIES, places::REGIONS, places::CITIES] {
            assert!(
                list.windows(2).all(|pair| pair[0] < pair[1]),
                "{:?}",
                list.windows(2).find(|pair| pair[0] >= pair[1])
            );
            assert!(list.iter().all(|entry| words(entry) == **entry));
        }
    }
}
