//! Aliases of field names in exports, each with a confidence: by language, and by the programs that write them.

mod dutch;
mod english;
mod french;
mod german;
mod italian;
mod programs;
mod spanish_portuguese;
mod subject;

use super::Target;
use super::name::{bracketed, normalize_name};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::LazyLock;
use subject::Subject;

/// The field's own name in another spelling.
const OWN_NAME: f32 = 0.99;
/// An unambiguous name.
const SURE: f32 = 0.95;
/// A name that usually means the field.
const LIKELY: f32 = 0.8;
/// A name that may mean the field: mapped, and worth a check.
const MAYBE: f32 = 0.6;

/// Field, confidence and normalized names.
type Table = &'static [(&'static str, f32, &'static [&'static str])];

const TABLES: [Table; 7] = [
    english::ALIASES,
    french::ALIASES,
    german::ALIASES,
    spanish_portuguese::ALIASES,
    italian::ALIASES,
    dutch::ALIASES,
    programs::ALIASES,
];

/// Normalized names of a lead key.
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

/// Normalized names of columns that hold no field, whatever their values look like.
const OTHER: &[&str] = &[
    "name",
    "firstname",
    "lastname",
    "fullname",
    "middlename",
    "nom",
    "prenom",
    "nomcomplet",
    "vorname",
    "nachname",
    "nombre",
    "apellido",
    "apellidos",
    "cognome",
    "nome",
    "sobrenome",
    "voornaam",
    "achternaam",
    "naam",
    "company",
    "companyname",
    "organization",
    "organisation",
    "organizationname",
    "account",
    "accountname",
    "societe",
    "entreprise",
    "firma",
    "unternehmen",
    "empresa",
    "azienda",
    "bedrijf",
    "email",
    "mail",
    "phone",
    "telephone",
    "mobile",
    "website",
    "domain",
    "url",
    "linkedin",
    "notes",
    "note",
    "comment",
    "comments",
    "commentaire",
    "commentaires",
    "remarques",
    "observations",
    "bemerkung",
    "notizen",
    "source",
    "leadsource",
    "status",
    "leadstatus",
    "stage",
    "lifecyclestage",
    "owner",
    "leadowner",
    "contactowner",
    "accountowner",
    "tags",
    "labels",
    "seniority",
    "senioritylevel",
    "managementlevel",
    "joblevel",
    "level",
    "niveau",
    "hierarchie",
    "hierarchyelevel",
    "department",
    "departments",
    "departement",
    "service",
    "abteilung",
    "jobfunction",
    "salutation",
    "civilite",
    "anrede",
    "gender",
    "revenue",
    "annualrevenue",
    "chiffredaffaires",
    "umsatz",
    "facturacion",
    "fatturato",
    "street",
    "address",
    "zip",
    "zipcode",
    "postalcode",
    "codepostal",
    "plz",
    "priority",
    "rating",
    "campaign",
    "list",
    "contactrole",
    "accountrole",
    "type",
    "date",
    "segment",
    "id",
    "ref",
    "reference",
    "nationality",
    "nationalite",
];

/// Parts of a name that speak of another time or another person than the lead's own job.
const ELSEWHERE: &[&str] = &[
    "previous",
    "former",
    "past",
    "ancien",
    "precedent",
    "fruher",
    "vorher",
    "anterior",
    "precedente",
    "vorig",
    "manager",
    "reportsto",
    "assistant",
    "spouse",
    "birth",
    "naissance",
    "geburt",
    "nacimiento",
    "nascita",
    "nascimento",
    "graduat",
    "school",
    "ecole",
    "diplom",
    "created",
    "updated",
    "modified",
    "lastcontact",
    "joined",
    "since",
    "depuis",
    "hired",
    "embauche",
    "fiscal",
    "exercice",
    "renewal",
    "closedate",
    "expir",
];

static NAMES: LazyLock<HashMap<&'static str, (&'static str, f32), FixedState>> = LazyLock::new(|| {
    let entries = TABLES.iter().flat_map(|table| table.iter());
    entries.flat_map(|(field, confidence, names)| names.iter().map(|name| (*name, (*field, *confidence)))).collect()
});

/// Target of a column name, with the confidence: the field of that name in another spelling, an alias, or the field that it
/// names of a person or company. `own_name` finds the field of a normalized name.
pub(super) fn find(name: &str, own_name: impl Fn(&str) -> Option<Target>) -> Option<(Target, f32)> {
    let normalized = normalize_name(name);
    let subject = bracketed(name).and_then(|text| Subject::named(&text));
    if subject.is_none() {
        let own = own_name(&normalized).map(|target| (target, OWN_NAME));
        let alias = || NAMES.get(normalized.as_str()).map(|(field, sure)| (Target::Field((*field).to_owned()), *sure));
        let key = || KEYS.contains(&normalized.as_str()).then_some((Target::Key, LIKELY));
        let found = own.or_else(alias).or_else(key);
        if found.is_some() || OTHER.contains(&normalized.as_str()) {
            return found;
        }
    }
    let field = |name: &str| match own_name(name) {
        Some(Target::Field(field)) => Some((field, SURE)),
        _ => NAMES.get(name).map(|(field, confidence)| ((*field).to_owned(), *confidence)),
    };
    let (field, confidence) = subject::find(&normalized, subject, &field)?;
    Some((Target::Field(field), confidence))
}

/// True when a column of this name holds something of a company.
pub(super) fn names_company(name: &str) -> bool {
    let named = bracketed(name).and_then(|text| Subject::named(&text));
    named.or_else(|| Subject::first(&normalize_name(name))) == Some(Subject::Company)
}

/// True when a column of this name is not recognized by its values: the name says that it holds something else.
pub(super) fn is_other(name: &str) -> bool {
    let normalized = normalize_name(name);
    OTHER.contains(&normalized.as_str())
        || KEYS.contains(&normalized.as_str())
        || ELSEWHERE.iter().any(|part| normalized.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::schema::Schema;
    use std::collections::HashSet;

    fn field(name: &str) -> Option<String> {
        let own = |normalized: &str| {
            let known = ["industry", "location", "jobtitle", "companysize", "companyindustry", "languages"];
            known.contains(&normalized).then(|| Target::Field(normalized.to_owned()))
        };
        find(name, own).map(|(target, _)| target.name().to_owned())
    }

    #[test]
    fn aliases_are_normalized_unique_and_of_known_fields() {
        let schema = Schema::leads();
        let mut unique = HashSet::new();
        for (field, _, names) in TABLES.iter().flat_map(|table| table.iter()) {
            assert!(schema.position(field).is_some(), "{field}");
            for name in *names {
                assert_eq!(normalize_name(name), *name);
                assert!(unique.insert(*name), "{name} is listed twice");
                assert!(schema.position(name).is_none(), "{name} is a field");
                assert!(!OTHER.contains(name), "{name} is no field");
            }
        }
        assert!(KEYS.iter().all(|name| normalize_name(name) == *name && unique.insert(*name)));
    }

    #[test]
    fn names_of_all_languages_and_programs_are_known() {
        for (name, expected) in [
            ("Title", "jobtitle"),
            ("Fonction", "jobtitle"),
            ("Intitul&eacute; du poste", "jobtitle"),
            ("Berufsbezeichnung", "jobtitle"),
            ("Cargo", "jobtitle"),
            ("Qualifica", "jobtitle"),
            ("Functie", "jobtitle"),
            ("No. of Employees", "companysize"),
            ("Taille de l'entreprise", "companysize"),
            ("Tranche d'effectif", "companysize"),
            ("trancheEffectifsUniteLegale", "companysize"),
            ("Mitarbeiterzahl", "companysize"),
            ("Unternehmensgröße", "companysize"),
            ("Número de empleados", "companysize"),
            ("Numero di dipendenti", "companysize"),
            ("Número de funcionários", "companysize"),
            ("Aantal medewerkers", "companysize"),
            ("Employee Range", "companysize"),
            ("nb_employees", "companysize"),
            ("Siège social", "companylocation"),
            ("Firmensitz", "companylocation"),
            ("Branche", "industry"),
            ("Primary Industry", "industry"),
            ("naf5_des", "companyindustry"),
            ("Gründungsjahr", "companyfoundedon"),
            ("dateCreationUniteLegale", "companyfoundedon"),
            ("Año de fundación", "companyfoundedon"),
            ("Standort", "location"),
            ("Ubicación", "location"),
            ("Sprachen", "languages"),
            ("Kenntnisse", "skills"),
        ] {
            assert_eq!(field(name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(field("Record ID").as_deref(), Some("lead_key"));
    }

    #[test]
    fn fields_of_a_person_or_company_are_known() {
        for (name, expected) in [
            ("Person - Job title", "jobtitle"),
            ("Person.title", "jobtitle"),
            ("Contact: Title", "jobtitle"),
            ("Organization Title", "jobtitle"),
            ("Organization 1 - Title", "jobtitle"),
            ("Organization - Number of employees", "companysize"),
            ("organization.estimated_num_employees", "companysize"),
            ("Organization - Industry", "companyindustry"),
            ("Account: Industry", "companyindustry"),
            ("Industry (Company)", "companyindustry"),
            ("Secteur de la société", "companyindustry"),
            ("Sector de la empresa", "companyindustry"),
            ("Company City", "companylocation"),
            ("City (Company)", "companylocation"),
            ("Ville de l'entreprise", "companylocation"),
            ("Person City", "location"),
            ("Address 1 - City", "location"),
            ("Company: Size", "companysize"),
            ("Lead/Contact location", "location"),
            ("current_positions.0.title", "jobtitle"),
            ("Firmenbranche", "companyindustry"),
        ] {
            assert_eq!(field(name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn other_columns_are_not_known() {
        for name in [
            "First Name",
            "Person - Name",
            "Organization - Name",
            "Organization Department",
            "Company Description",
            "Company Language",
            "Contact Owner",
            "Account Source",
            "Personality type",
            "(Do Not Modify) Lead",
            "Topic",
            "Company",
            "",
            "Organization 2 - Name",
        ] {
            assert_eq!(field(name), None, "{name}");
        }
        assert!(names_company("Organization - Address") && names_company("Where (company)") && !names_company("Where"));
        assert!(is_other("First Name") && is_other("Year of birth") && is_other("Previous title"));
        assert!(!is_other("Column 3") && !is_other("Was sie tun"));
    }
}
