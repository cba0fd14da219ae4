//! Which leads of a list are the same person: by profile address, by e-mail address, or by name and company.
//!
//! Owns which columns tell that, and when two cells mean the same. These columns are no fields of a lead and are never
//! scored. May not know files or models.

use super::mapping::plain;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// What tells who a lead is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    Profile,
    Email,
    FullName,
    FirstName,
    LastName,
    Company,
}

/// Names of such columns, in the form of [`plain`].
const NAMES: [(Identity, &[&str]); 6] = [
    (
        Identity::Profile,
        &[
            "linkedinurl",
            "linkedin",
            "linkedinprofile",
            "linkedinprofileurl",
            "linkedinprofil",
            "personlinkedinurl",
            "profileurl",
            "profilurl",
            "urlprofil",
            "urllinkedin",
            "lienlinkedin",
            "profillinkedin",
            "contactlinkedinurl",
        ],
    ),
    (
        Identity::Email,
        &["email", "emailaddress", "mail", "workemail", "contactemail", "adresseemail", "courriel", "adressemail"],
    ),
    (Identity::FullName, &["name", "fullname", "leadname", "contactname", "nomcomplet", "nometprenom", "prenomnom"]),
    (Identity::FirstName, &["firstname", "givenname", "prenom"]),
    (Identity::LastName, &["lastname", "surname", "familyname", "nom", "nomdefamille"]),
    (
        Identity::Company,
        &[
            "company",
            "companyname",
            "organization",
            "organisation",
            "account",
            "accountname",
            "companyaccount",
            "associatedcompany",
            "currentcompany",
            "societe",
            "entreprise",
            "nomdelasociete",
            "nomentreprise",
        ],
    ),
];

/// The columns of a list that tell who a lead is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identities {
    /// The first of each kind.
    columns: [Option<usize>; 6],
}

/// The keys of a lead; of two leads with an equal one, both are the same person. Zero is none.
pub type Keys = [u64; 3];

impl Identities {
    /// Those among columns of these names.
    pub fn of(names: &[String]) -> Self {
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let first = |known: &[&str]| plain.iter().position(|name| known.contains(&name.as_str()));
        Identities { columns: NAMES.map(|(_, known)| first(known)) }
    }

    /// Whether nothing tells who a lead is.
    pub fn is_empty(&self) -> bool {
        let has = |identity| self.column(identity).is_some();
        let has_name = has(Identity::FullName) || (has(Identity::FirstName) && has(Identity::LastName));
        let has_pair = has_name && has(Identity::Company);
        !(has(Identity::Profile) || has(Identity::Email) || has_pair)
    }

    /// The keys of a lead, whose cell in a column is asked for.
    pub fn keys<'c>(&self, cell: impl Fn(usize) -> &'c str) -> Keys {
        let cell = |identity| self.column(identity).map_or("", &cell).trim();
        let full = plain(cell(Identity::FullName));
        let (first, last) = (plain(cell(Identity::FirstName)), plain(cell(Identity::LastName)));
        let name = if full.is_empty() && !first.is_empty() && !last.is_empty() { first + &last } else { full };
        let company = plain(cell(Identity::Company));
        let named = if name.is_empty() || company.is_empty() { String::new() } else { name + "\n" + &company };
        [key(&address(cell(Identity::Profile))), key(&cell(Identity::Email).to_lowercase()), key(&named)]
    }

    fn column(&self, identity: Identity) -> Option<usize> {
        self.columns[identity as usize]
    }
}

/// An address without what varies between exporters: scheme, `www` or a country before the host, what is asked of the page.
fn address(url: &str) -> String {
    let lower = url.to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let is_local = |prefix: &str| prefix == "www" || prefix.len() == 2;
    match rest.split_once('.') {
        Some((prefix, host)) if is_local(prefix) && host.contains('.') => host.to_owned(),
        _ => rest.to_owned(),
    }
}

/// Of a million leads, two that are not the same share a key about once in thirty million lists.
fn key(text: &str) -> u64 {
    if text.is_empty() { 0 } else { FixedState::with_seed(1).hash_one(text).max(1) }
}

/// For each lead whether one before it in `order` is the same person.
pub fn repeated(keys: &[Keys], order: &[u32]) -> Vec<bool> {
    let mut person: Vec<u32> = (0..keys.len() as u32).collect();
    for kind in 0..3 {
        let mut first: HashMap<u64, u32, FixedState> = HashMap::with_hasher(FixedState::with_seed(1));
        for (lead, key) in (0u32..).zip(keys).map(|(lead, keys)| (lead, keys[kind])).filter(|(_, key)| *key != 0) {
            let other = *first.entry(key).or_insert(lead);
            let (one, other) = (root(&mut person, lead), root(&mut person, other));
            person[one.max(other) as usize] = one.min(other);
        }
    }
    let mut seen = vec![false; keys.len()];
    let mut repeated = vec![false; keys.len()];
    for lead in order {
        let person = root(&mut person, *lead) as usize;
        repeated[*lead as usize] = std::mem::replace(&mut seen[person], true);
    }
    repeated
}

/// The first lead that is the same person; the way there is made shorter.
fn root(person: &mut [u32], lead: u32) -> u32 {
    let mut at = lead;
    while person[at as usize] != at {
        let next = person[person[at as usize] as usize];
        person[at as usize] = next;
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str], rows: &[&[&str]]) -> Vec<Keys> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let identities = Identities::of(&names);
        rows.iter().map(|row| identities.keys(|at| row.get(at).copied().unwrap_or_default())).collect()
    }

    #[test]
    fn addresses_are_compared_without_what_varies() {
        let keys = keys(
            &["LinkedIn URL"],
            &[
                &["https://www.linkedin.example/in/Ada/"],
                &["http://fr.linkedin.example/in/ada?trk=x"],
                &["linkedin.example/in/ada"],
                &["linkedin.example/in/bob"],
                &[" "],
            ],
        );
        assert_eq!((keys[0], keys[1]), (keys[1], keys[2]));
        assert_ne!(keys[0], keys[3]);
        assert_eq!(keys[4], [0; 3]);
    }

    #[test]
    fn one_person_is_found_over_several_ways() {
        let rows: &[&[&str]] = &[
            &["ada@x.example", "Ada", "Lind", "Acme"],
            &["", "ADA", "Lind", "Acme "],
            &["ADA@x.example", "A.", "Lind", ""],
            &["", "Ada", "Lind", ""],
            &["", "", "", ""],
            &["", "", "", ""],
        ];
        let keys = keys(&["E-mail", "First name", "Nom", "Société"], rows);
        assert_eq!(repeated(&keys, &[0, 1, 2, 3, 4, 5]), [false, true, true, false, false, false]);
        // Whoever is first in the order stays.
        assert_eq!(repeated(&keys, &[5, 4, 3, 2, 1, 0]), [true, true, false, false, false, false]);
    }

    #[test]
    fn a_name_alone_tells_nobody() {
        let names = |names: &[&str]| Identities::of(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert!(names(&["Name", "Title"]).is_empty());
        assert!(names(&["First name", "Company"]).is_empty());
        assert!(!names(&["Name", "Company"]).is_empty());
        assert!(!names(&["Email"]).is_empty());
        assert_eq!(repeated(&[], &[]), Vec::<bool>::new());
    }
}
