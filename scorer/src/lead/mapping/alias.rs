//! Aliases of field names in exports, in English and French, each with a confidence.

use super::Target;
use crate::lead::level::decode_entities;

/// An unambiguous name.
const SURE: f32 = 0.95;
/// A name that usually means the field.
const LIKELY: f32 = 0.8;
/// A name that may mean the field: mapped, and worth a check.
const MAYBE: f32 = 0.6;

/// Field, confidence and normalized names.
const ALIASES: &[(&str, f32, &[&str])] = &[
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

/// Normalized names of a lead key.
const KEY_ALIASES: &[&str] = &[
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

/// Target of a normalized name, with the confidence.
pub(super) fn find(name: &str) -> Option<(Target, f32)> {
    let known = ALIASES.iter().find(|(_, _, names)| names.contains(&name));
    let field = known.map(|(field, confidence, _)| (Target::Field((*field).to_owned()), *confidence));
    field.or_else(|| KEY_ALIASES.contains(&name).then_some((Target::Key, LIKELY)))
}

/// Normalizes a name: letters and digits in lower case, without accents, HTML entities and text in brackets. "# Employees (est.)"
/// becomes "employees".
pub fn normalize_name(name: &str) -> String {
    let mut depth = 0_u32;
    let mut normalized = String::with_capacity(name.len());
    for character in decode_entities(name).chars() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if character.is_ascii_alphanumeric() => normalized.push(character.to_ascii_lowercase()),
            _ => normalized.extend(character.to_lowercase().filter_map(base_letter)),
        }
    }
    normalized
}

/// A letter without its accent; `None` when it is neither letter nor digit.
fn base_letter(character: char) -> Option<char> {
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
        // Combining accents among others.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::schema::Schema;
    use std::collections::HashSet;

    #[test]
    fn case_accents_and_punctuation_are_removed() {
        for (name, normalized) in [
            ("# Employees", "employees"),
            ("Secteur d’activité", "secteurdactivite"),
            (" Company_Size (range) ", "companysize"),
            ("Societe\u{301}", "societe"),
            ("N° [x]", "n"),
        ] {
            assert_eq!(normalize_name(name), normalized, "{name}");
        }
    }

    #[test]
    fn aliases_are_normalized_unique_and_of_known_fields() {
        let schema = Schema::leads();
        let mut unique = HashSet::new();
        for (field, _, names) in ALIASES {
            assert!(schema.position(field).is_some(), "{field}");
            for name in *names {
                assert_eq!(normalize_name(name), *name);
                assert!(unique.insert(*name), "{name} is listed twice");
                assert!(schema.position(name).is_none(), "{name} is a field");
            }
        }
        assert!(KEY_ALIASES.iter().all(|name| normalize_name(name) == *name && unique.insert(*name)));
    }

    #[test]
    fn aliases_are_found() {
        let field = |name: &str| match find(&normalize_name(name)) {
            Some((Target::Field(field), _)) => field,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(field("Title"), "jobtitle");
        assert_eq!(field("Fonction"), "jobtitle");
        assert_eq!(field("No. of Employees"), "companysize");
        assert_eq!(field("Taille de l'entreprise"), "companysize");
        assert_eq!(field("Siège social"), "companylocation");
        assert_eq!(find(&normalize_name("Record ID")).unwrap().0, Target::Key);
        assert_eq!(field("Intitul&eacute; du poste"), "jobtitle");
        assert_eq!(find(&normalize_name("First Name")), None);
    }
}
