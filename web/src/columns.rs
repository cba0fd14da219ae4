//! The order in which a file's columns are shown: what a person knows a lead by comes first.
//!
//! Owns that order. May not know cells, scores or the page.

/// Headers by which people know a lead, in the order to show them, as letters and digits alone.
const FIRST: &[&[&str]] = &[
    &["name", "fullname", "leadname", "contactname"],
    &["firstname"],
    &["lastname", "surname"],
    &["company", "companyname", "organization", "organisation", "account"],
    &["jobtitle", "title", "position", "role", "headline"],
];

/// Places of columns in the order to show them: names, company and title first, all others as in the file.
pub fn shown_order(headers: &[String]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..headers.len()).collect();
    places.sort_by_key(|place| headers.get(*place).map_or(FIRST.len(), |header| priority(header)));
    places
}

fn priority(header: &str) -> usize {
    let plain: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    FIRST.iter().position(|names| names.contains(&plain.as_str())).unwrap_or(FIRST.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_a_lead_is_comes_first_and_the_rest_stays_as_it_was() {
        let headers = ["summary", "Job Title", "skills", "Company", "Full name"].map(str::to_owned);
        assert_eq!(shown_order(&headers), [4, 3, 1, 0, 2]);
    }

    #[test]
    fn no_headers_no_columns() {
        assert_eq!(shown_order(&[]), Vec::<usize>::new());
    }
}
