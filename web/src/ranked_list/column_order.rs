//! Display order of a file's columns: those that identify a lead come first.

/// Headers that identify a lead, in display order, reduced to letters and digits.
const IDENTIFYING: &[&[&str]] = &[
    &["name", "fullname", "leadname", "contactname"],
    &["firstname"],
    &["lastname", "surname"],
    &["company", "companyname", "organization", "organisation", "account"],
    &["jobtitle", "title", "position", "role", "headline"],
];

/// Returns column indices in display order: name, company and title first, all others in file order.
pub(super) fn display_order(headers: &[String]) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..headers.len()).collect();
    indices.sort_by_key(|index| headers.get(*index).map_or(IDENTIFYING.len(), |header| priority(header)));
    indices
}

fn priority(header: &str) -> usize {
    let plain: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    IDENTIFYING.iter().position(|names| names.contains(&plain.as_str())).unwrap_or(IDENTIFYING.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifying_columns_come_first_and_others_keep_their_order() {
        let headers = ["summary", "Job Title", "skills", "Company", "Full name"].map(str::to_owned);
        assert_eq!(display_order(&headers), [4, 3, 1, 0, 2]);
    }

    #[test]
    fn no_headers_give_no_columns() {
        assert_eq!(display_order(&[]), Vec::<usize>::new());
    }
}
