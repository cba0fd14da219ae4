//! Finds leads that are the same person: by profile URL, by e-mail address, or by name and company.
//!
//! The columns used are no fields of a lead and are never scored.

use super::mapping::normalize_name;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Kind of an identity column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    Profile,
    Email,
    FullName,
    FirstName,
    LastName,
    Company,
}

/// Column names of each kind, normalized.
const COLUMN_NAMES: [(Identity, &[&str]); 6] = [
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

/// Other normalized names of columns that identify a person or company: numbers to call, and keys of other systems.
const OTHER_IDENTITIES: [&str; 31] = [
    "ref",
    "reference",
    "id",
    "key",
    "uuid",
    "vid",
    "crmid",
    "leadid",
    "leadkey",
    "contactid",
    "personid",
    "recordid",
    "accountid",
    "companyid",
    "externalid",
    "responseid",
    "siren",
    "siret",
    "tel",
    "phone",
    "phonenumber",
    "mobile",
    "mobilephone",
    "telephone",
    "portable",
    "telefon",
    "firma",
    "empresa",
    "azienda",
    "website",
    "domain",
];

/// Parts of normalized names of columns that identify a person or company.
const IDENTITY_PARTS: [&str; 18] = [
    "name",
    "nom",
    "mail",
    "phone",
    "telephone",
    "telefon",
    "linkedin",
    "profil",
    "company",
    "companies",
    "societe",
    "entreprise",
    "unternehmen",
    "contact",
    "kontakt",
    "nombre",
    "apellido",
    "cognome",
];

/// True when a column of this normalized name identifies a person or company.
pub fn is_identity_name(normalized: &str) -> bool {
    let is_known = COLUMN_NAMES.iter().any(|(_, names)| names.contains(&normalized));
    is_known || OTHER_IDENTITIES.contains(&normalized) || IDENTITY_PARTS.iter().any(|part| normalized.contains(part))
}

/// Columns of a list that identify a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IdentityColumns {
    /// First column of each kind.
    columns: [Option<usize>; 6],
}

/// Identity keys of a lead (profile, e-mail, name with company); leads with an equal one are the same person. 0 is no key.
pub type IdentityKeys = [u64; 3];

impl IdentityColumns {
    /// Finds the identity columns by name.
    pub fn from_names(names: &[String]) -> Self {
        let normalized: Vec<String> = names.iter().map(|name| normalize_name(name)).collect();
        let first = |known: &[&str]| normalized.iter().position(|name| known.contains(&name.as_str()));
        IdentityColumns { columns: COLUMN_NAMES.map(|(_, known)| first(known)) }
    }

    /// True when the columns identify nobody: a name alone does not.
    pub fn is_empty(&self) -> bool {
        let has = |identity| self.column(identity).is_some();
        let has_name = has(Identity::FullName) || (has(Identity::FirstName) && has(Identity::LastName));
        let has_pair = has_name && has(Identity::Company);
        !(has(Identity::Profile) || has(Identity::Email) || has_pair)
    }

    /// Identity keys of a lead; `cell` returns its cell in a column.
    pub fn keys<'c>(&self, cell: impl Fn(usize) -> &'c str) -> IdentityKeys {
        let cell = |identity| self.column(identity).map_or("", &cell).trim();
        let full = normalize_name(cell(Identity::FullName));
        let (first, last) = (normalize_name(cell(Identity::FirstName)), normalize_name(cell(Identity::LastName)));
        let name = if full.is_empty() && !first.is_empty() && !last.is_empty() { first + &last } else { full };
        let company = normalize_name(cell(Identity::Company));
        let named = if name.is_empty() || company.is_empty() { String::new() } else { name + "\n" + &company };
        [key(&normalize_url(cell(Identity::Profile))), key(&cell(Identity::Email).to_lowercase()), key(&named)]
    }

    fn column(&self, identity: Identity) -> Option<usize> {
        self.columns[identity as usize]
    }
}

/// Normalizes a profile URL: without scheme, `www` or a country subdomain, query and fragment, which vary by exporter.
fn normalize_url(url: &str) -> String {
    let lower = url.to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let is_local = |prefix: &str| prefix == "www" || prefix.len() == 2;
    match rest.split_once('.') {
        Some((prefix, host)) if is_local(prefix) && host.contains('.') => host.to_owned(),
        _ => rest.to_owned(),
    }
}

/// Among a million leads, two different ones share a key in about one of thirty million lists.
fn key(text: &str) -> u64 {
    if text.is_empty() { 0 } else { FixedState::with_seed(1).hash_one(text).max(1) }
}

/// Marks each lead that is the same person as an earlier one in `order`.
pub fn find_duplicates(keys: &[IdentityKeys], order: &[u32]) -> Vec<bool> {
    let mut person: Vec<u32> = (0..keys.len() as u32).collect();
    for kind in 0..3 {
        let mut first: HashMap<u64, u32, FixedState> = HashMap::with_hasher(FixedState::with_seed(1));
        for (lead, key) in (0u32..).zip(keys).map(|(lead, keys)| (lead, keys[kind])).filter(|(_, key)| *key != 0) {
            let other = *first.entry(key).or_insert(lead);
            let (one, other) = (find_root(&mut person, lead), find_root(&mut person, other));
            person[one.max(other) as usize] = one.min(other);
        }
    }
    let mut met = vec![false; keys.len()];
    let mut duplicates = vec![false; keys.len()];
    for lead in order {
        let person = find_root(&mut person, *lead) as usize;
        duplicates[*lead as usize] = std::mem::replace(&mut met[person], true);
    }
    duplicates
}

/// Root of a lead in the union-find forest, with path halving.
fn find_root(person: &mut [u32], lead: u32) -> u32 {
    let mut node = lead;
    while person[node as usize] != node {
        let next = person[person[node as usize] as usize];
        person[node as usize] = next;
        node = next;
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str], rows: &[&[&str]]) -> Vec<IdentityKeys> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let identities = IdentityColumns::from_names(&names);
        rows.iter().map(|row| identities.keys(|at| row.get(at).copied().unwrap_or_default())).collect()
    }

    #[test]
    fn profile_urls_are_normalized() {
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
    fn keys_of_all_kinds_connect_a_person() {
        let rows: &[&[&str]] = &[
            &["ada@x.example", "Ada", "Lind", "Acme"],
            &["", "ADA", "Lind", "Acme "],
            &["ADA@x.example", "A.", "Lind", ""],
            &["", "Ada", "Lind", ""],
            &["", "", "", ""],
            &["", "", "", ""],
        ];
        let keys = keys(&["E-mail", "First name", "Nom", "Société"], rows);
        assert_eq!(find_duplicates(&keys, &[0, 1, 2, 3, 4, 5]), [false, true, true, false, false, false]);
        // The first in the order is no duplicate.
        assert_eq!(find_duplicates(&keys, &[5, 4, 3, 2, 1, 0]), [true, true, false, false, false, false]);
    }

    #[test]
    fn name_alone_identifies_nobody() {
        let names = |names: &[&str]| {
            IdentityColumns::from_names(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert!(names(&["Name", "Title"]).is_empty());
        assert!(names(&["First name", "Company"]).is_empty());
        assert!(!names(&["Name", "Company"]).is_empty());
        assert!(!names(&["Email"]).is_empty());
        assert_eq!(find_duplicates(&[], &[]), Vec::<bool>::new());
    }
}
