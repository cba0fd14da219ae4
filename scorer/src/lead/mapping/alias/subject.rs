//! Names that say whose field a column holds: "Organization - Industry", "Person.title", "Ville de l'entreprise".

/// Owner of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Person,
    Company,
    /// A position that the person holds.
    Job,
}

/// Normalized words for each, longer ones before their beginnings.
const WORDS: [(Subject, &[&str]); 3] = [
    (
        Subject::Company,
        &[
            "associatedcompany",
            "currentcompany",
            "primarycompany",
            "companies",
            "company",
            "organizations",
            "organization",
            "organisation",
            "accounts",
            "account",
            "employer",
            "business",
            "corporate",
            "entreprise",
            "societe",
            "compte",
            "unternehmens",
            "unternehmen",
            "firmen",
            "firma",
            "empresa",
            "compania",
            "azienda",
            "aziendale",
            "societa",
            "bedrijfs",
            "bedrijf",
            "hq",
            "headquarters",
            "headquarter",
        ],
    ),
    (
        Subject::Person,
        &[
            "leadcontact",
            "contacts",
            "contact",
            "persons",
            "personal",
            "person",
            "people",
            "leads",
            "lead",
            "prospects",
            "prospect",
            "profile",
            "linkedinprofile",
            "linkedin",
            "member",
            "attendee",
            "personne",
            "ansprechpartner",
            "kontakt",
            "persona",
            "contacto",
            "contatto",
            "contato",
            "contactpersoon",
            "home",
            "mailing",
            "address",
            "current",
        ],
    ),
    (
        Subject::Job,
        &[
            "currentpositions",
            "currentposition",
            "currentexperience",
            "currentjob",
            "experiences",
            "experience",
            "employmenthistory",
            "employments",
            "employment",
            "positions",
            "latestexperience",
            "jobs",
        ],
    ),
];

/// Endings for a company, longer ones first.
const COMPANY_ENDINGS: [&str; 13] = [
    "delentreprise",
    "delasociete",
    "delorganisation",
    "entreprise",
    "societe",
    "delaempresa",
    "daempresa",
    "empresa",
    "dellazienda",
    "azienda",
    "delacompania",
    "company",
    "desunternehmens",
];

/// Names of fields that only a company has.
const COMPANY_FIELDS: [(&str, &[&str]); 3] = [
    (
        "companysize",
        &[
            "size",
            "sizerange",
            "taille",
            "grosse",
            "groesse",
            "tamano",
            "tamanho",
            "dimensione",
            "dimensioni",
            "grootte",
        ],
    ),
    ("companytype", &["type", "typ", "tipo", "kind", "forme"]),
    ("companyfoundedon", &["founded", "year", "creation", "datecreation", "grundung", "gegrundet", "fondation"]),
];

/// Limit of owners in a name.
const DEPTH_MAX: usize = 3;

impl Subject {
    /// Owner with this normalized name.
    pub(super) fn named(name: &str) -> Option<Self> {
        WORDS.iter().find(|(_, words)| words.contains(&name)).map(|(subject, _)| *subject)
    }

    /// Owner that a normalized name names first.
    pub(super) fn first(name: &str) -> Option<Self> {
        Self::strip(name).map(|(subject, ..)| subject)
    }

    /// Name without the owner at its beginning or end, and the position's number: "organization1title" gives "title".
    fn strip(name: &str) -> Option<(Self, &str, bool)> {
        let prefixed = |(subject, word): (Subject, &&str)| Some((subject, name.strip_prefix(*word)?));
        let words = || WORDS.iter().flat_map(|(subject, words)| words.iter().map(|word| (*subject, word)));
        // The longest prefix is the most specific one.
        let longest = words().filter_map(prefixed).min_by_key(|(_, rest)| rest.len());
        if let Some((subject, rest)) = longest {
            let field = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            let number = &rest[..rest.len() - field.len()];
            return Some((subject, field, matches!(number, "" | "0" | "1")));
        }
        let ending = COMPANY_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending))?;
        Some((Subject::Company, ending, true))
    }

    /// Field of this owner, of the field that the rest of a name means alone.
    fn field(self, field: String, rest: &str) -> Option<String> {
        const TITLES: [&str; 6] = ["title", "jobtitle", "position", "role", "titre", "currenttitle"];
        let of_company = match field.as_str() {
            "industry" | "companyindustry" => "companyindustry",
            "location" | "companylocation" => "companylocation",
            "companysize" | "companytype" | "companyfoundedon" => return Some(field),
            "jobtitle" if TITLES.contains(&rest) => return Some(field),
            _ => "",
        };
        match self {
            Subject::Person => Some(field),
            Subject::Job if field == "jobtitle" || field == "location" => Some(field),
            Subject::Job | Subject::Company => Some(of_company.to_owned()).filter(|field| !field.is_empty()),
        }
    }
}

/// Field that a normalized name means of its owner, with the confidence; `known` is the field of a name without owner.
pub(super) fn find(
    name: &str,
    bracketed: Option<Subject>,
    known: &impl Fn(&str) -> Option<(String, f32)>,
) -> Option<(String, f32)> {
    if let Some(subject) = bracketed {
        return field_of(subject, name, true, known);
    }
    let mut rest = name;
    for _ in 0..DEPTH_MAX {
        let (subject, field, is_first) = Subject::strip(rest)?;
        if let Some(found) = field_of(subject, field, is_first, known) {
            return Some(found);
        }
        rest = field;
    }
    None
}

fn field_of(
    subject: Subject,
    rest: &str,
    is_first: bool,
    known: &impl Fn(&str) -> Option<(String, f32)>,
) -> Option<(String, f32)> {
    let company = || {
        let is_field = |(_, names): &&(&str, &[&str])| subject == Subject::Company && names.contains(&rest);
        COMPANY_FIELDS.iter().find(is_field).map(|(field, _)| ((*field).to_owned(), super::SURE))
    };
    let of_subject = known(rest).and_then(|(field, confidence)| Some((subject.field(field, rest)?, confidence)));
    let (field, confidence) = company().or(of_subject)?;
    // The second organization of a contact is not the first.
    Some((field, if is_first { confidence } else { confidence.min(super::MAYBE) }))
}
