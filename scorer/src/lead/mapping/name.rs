//! What exporters call the fields of a lead, in English and French.
//!
//! Owns the list of names and how surely each means its field. May not know values or files.

use super::Target;

/// A name that cannot well mean anything else.
const SURE: f32 = 0.95;
/// A name that most often means the field.
const LIKELY: f32 = 0.8;
/// A name that may mean the field: applied, and worth a look.
const MAYBE: f32 = 0.6;

/// Field, how surely, and names in the form of [`plain`].
const NAMES: &[(&str, f32, &[&str])] = &[
    (
        "jobtitle",
        SURE,
        &[
            "title",
            "currenttitle",
            "contacttitle",
            "leadtitle",
            "personaltitle",
            "intituleduposte",
            "intituleposte",
            "titreduposte",
            "posteoccupe",
            "posteactuel",
        ],
    ),
    (
        "jobtitle",
        LIKELY,
        &["position", "currentposition", "role", "job", "jobrole", "poste", "fonction", "metier", "emploi"],
    ),
    ("jobtitle", MAYBE, &["headline", "occupation", "titre", "linkedinheadline", "accroche"]),
    (
        "companysize",
        SURE,
        &[
            "employees",
            "employeecount",
            "numberofemployees",
            "noofemployees",
            "nofemployees",
            "numemployees",
            "nbemployees",
            "companyheadcount",
            "companyemployees",
            "companyemployeecount",
            "companyemployeerange",
            "companysizerange",
            "employeerange",
            "estimatednumemployees",
            "accountemployees",
            "tailleentreprise",
            "tailledelentreprise",
            "taillesociete",
            "tailledelasociete",
            "nombredemployes",
            "nombredesalaries",
            "nbsalaries",
            "nbdesalaries",
            "nbemployes",
            "nbdemployes",
            "effectifentreprise",
            "trancheeffectif",
            "tranchedeffectif",
        ],
    ),
    (
        "companysize",
        LIKELY,
        &["headcount", "effectif", "effectifs", "salaries", "companystaffcount", "staffcount", "taille"],
    ),
    ("companysize", MAYBE, &["size"]),
    (
        "companytype",
        SURE,
        &[
            "organizationtype",
            "organisationtype",
            "accounttype",
            "typeentreprise",
            "typedentreprise",
            "typedesociete",
            "typesociete",
        ],
    ),
    ("companytype", LIKELY, &["ownership", "formejuridique", "statutjuridique"]),
    (
        "companyfoundedon",
        SURE,
        &[
            "foundedyear",
            "yearfounded",
            "companyfounded",
            "companyfoundedyear",
            "companyyearfounded",
            "foundedon",
            "companyfoundedin",
            "anneedecreation",
            "anneecreation",
            "datedecreationentreprise",
            "anneedecreationentreprise",
        ],
    ),
    ("companyfoundedon", LIKELY, &["founded", "foundedin", "datedecreationdelentreprise", "datedecreationsociete"]),
    (
        "companyindustry",
        SURE,
        &[
            "industrycompany",
            "accountindustry",
            "companysector",
            "secteurentreprise",
            "secteurdelentreprise",
            "secteurdactiviteentreprise",
            "secteurdactivitedelentreprise",
            "secteursociete",
        ],
    ),
    ("industry", SURE, &["leadindustry", "contactindustry", "personindustry", "secteurdactivite", "industrie"]),
    ("industry", LIKELY, &["sector", "secteur", "branche", "activite", "domainedactivite"]),
    ("languages", SURE, &["language", "spokenlanguages", "languagesspoken", "langue", "langues", "languesparlees"]),
    (
        "location",
        SURE,
        &[
            "leadlocation",
            "contactlocation",
            "personlocation",
            "personallocation",
            "currentlocation",
            "localisation",
            "lieuderesidence",
            "locationname",
        ],
    ),
    ("location", LIKELY, &["city", "ville", "lieu", "geography", "cityregion", "mailingcity", "contactcity"]),
    ("location", MAYBE, &["region", "country", "pays", "countryregion"]),
    (
        "companylocation",
        SURE,
        &[
            "headquarters",
            "companyheadquarters",
            "headquarterslocation",
            "hqlocation",
            "companyhq",
            "accountlocation",
            "siegesocial",
            "localisationentreprise",
            "localisationdelentreprise",
            "localisationsociete",
        ],
    ),
    (
        "companylocation",
        LIKELY,
        &[
            "companycity",
            "companyaddress",
            "companycountry",
            "hq",
            "siege",
            "villeentreprise",
            "billingcity",
            "paysentreprise",
            "villedelentreprise",
            "adresseentreprise",
        ],
    ),
    (
        "summary",
        SURE,
        &["about", "leadsummary", "profilesummary", "linkedinsummary", "bio", "biography", "apropos", "biographie"],
    ),
    ("summary", MAYBE, &["resume", "profiledescription", "persondescription"]),
    ("skills", SURE, &["topskills", "keyskills", "linkedinskills", "competences", "competencescles"]),
    ("skills", MAYBE, &["specialties", "specialites", "expertise"]),
];

/// Names of a client's own identifier.
const KEYS: &[&str] = &[
    "leadid",
    "contactid",
    "recordid",
    "externalid",
    "crmid",
    "hubspotid",
    "salesforceid",
    "leadexternalid",
    "contactrecordid",
    "identifiant",
    "idcontact",
    "idprospect",
];

/// What a name means, and how surely.
pub(super) fn meaning(name: &str) -> Option<(Target, f32)> {
    let plain = plain(name);
    let known = NAMES.iter().find(|(_, _, names)| names.contains(&plain.as_str()));
    let field = known.map(|(field, confidence, _)| (Target::Field((*field).to_owned()), *confidence));
    field.or_else(|| KEYS.contains(&plain.as_str()).then_some((Target::Key, LIKELY)))
}

/// Letters and digits alone, in lower case and without accents; what stands in brackets is left out. "# Employees (est.)"
/// is "employees".
pub fn plain(name: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if character.is_ascii_alphanumeric() => plain.push(character.to_ascii_lowercase()),
            _ => plain.extend(character.to_lowercase().filter_map(base)),
        }
    }
    plain
}

/// A letter without its accent; nothing for what is neither letter nor digit.
fn base(character: char) -> Option<char> {
    Some(match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        _ if character.is_alphanumeric() => character,
        // Accents that stand behind their letter are no letters.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::schema::Schema;
    use std::collections::HashSet;

    #[test]
    fn names_are_compared_without_case_accents_and_marks() {
        for (name, plain_name) in [
            ("# Employees", "employees"),
            ("Secteur d’activité", "secteurdactivite"),
            (" Company_Size (range) ", "companysize"),
            ("Societe\u{301}", "societe"),
            ("N° [x]", "n"),
        ] {
            assert_eq!(plain(name), plain_name, "{name}");
        }
    }

    #[test]
    fn every_name_is_plain_means_one_field_and_that_is_one() {
        let schema = Schema::leads();
        let mut seen = HashSet::new();
        for (field, _, names) in NAMES {
            assert!(schema.position(field).is_some(), "{field}");
            for name in *names {
                assert_eq!(plain(name), *name);
                assert!(seen.insert(*name), "{name} stands twice");
                assert!(schema.position(name).is_none(), "{name} is a field");
            }
        }
        assert!(KEYS.iter().all(|name| plain(name) == *name && seen.insert(*name)));
    }

    #[test]
    fn exporters_names_are_known() {
        let field = |name: &str| match meaning(name) {
            Some((Target::Field(field), _)) => field,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(field("Title"), "jobtitle");
        assert_eq!(field("Fonction"), "jobtitle");
        assert_eq!(field("No. of Employees"), "companysize");
        assert_eq!(field("Taille de l'entreprise"), "companysize");
        assert_eq!(field("Siège social"), "companylocation");
        assert_eq!(meaning("Record ID").unwrap().0, Target::Key);
        assert_eq!(meaning("First Name"), None);
    }
}
