//! Company types of the contract and their names in exports.

use super::name::normalize_name;

/// Company types with their normalized aliases.
const TYPES: &[(&str, &[&str])] = &[
    (
        "Privately Held",
        &[
            "private",
            "privatelyheld",
            "privatecompany",
            "privee",
            "entrepriseprivee",
            "societeprivee",
            "nonpublic",
            "privatunternehmen",
            "inprivatbesitz",
            "privatbesitz",
            "privada",
            "empresaprivada",
            "privata",
            "aziendaprivata",
            "societaprivata",
            "particulier",
            "particulierbedrijf",
        ],
    ),
    (
        "Public Company",
        &[
            "public",
            "publiccompany",
            "publiclytraded",
            "publiclyheld",
            "listed",
            "cotee",
            "societecotee",
            "entreprisecotee",
            "borsennotiert",
            "aktiengesellschaft",
            "empresapublica",
            "cotizada",
            "empresacotizada",
            "quotata",
            "societaquotata",
            "empresadecapitalaberto",
            "capitalaberto",
            "beursgenoteerd",
        ],
    ),
    (
        "Nonprofit",
        &[
            "nonprofit",
            "nonprofitorganization",
            "notforprofit",
            "association",
            "ong",
            "ngo",
            "sansbutlucratif",
            "asbl",
            "gemeinnutzig",
            "gemeinnutzigeorganisation",
            "sinanimodelucro",
            "senzascopodilucro",
            "onlus",
            "semfinslucrativos",
            "zonderwinstoogmerk",
        ],
    ),
    ("Partnership", &["partnership", "partenariat", "societedepersonnes", "personengesellschaft", "sociedade"]),
    (
        "Self-Employed",
        &[
            "selfemployed",
            "freelance",
            "independant",
            "travailleurindependant",
            "selbststandig",
            "freiberufler",
            "autonomo",
            "liberoprofessionista",
            "zelfstandige",
            "zzp",
        ],
    ),
    ("Self-Owned", &["selfowned"]),
    (
        "Sole Proprietorship",
        &[
            "soleproprietorship",
            "soleproprietor",
            "entrepriseindividuelle",
            "einzelunternehmen",
            "empresaindividual",
            "dittaindividuale",
            "impresaindividuale",
            "eenmanszaak",
        ],
    ),
    (
        "Government Agency",
        &[
            "government",
            "governmentagency",
            "publicsector",
            "administrationpublique",
            "secteurpublic",
            "agencegouvernementale",
            "behorde",
            "offentlicherdienst",
            "administracionpublica",
            "pubblicaamministrazione",
            "administracaopublica",
            "overheid",
        ],
    ),
    (
        "Educational Institution",
        &[
            "educational",
            "educationalinstitution",
            "education",
            "school",
            "university",
            "etablissementdenseignement",
            "bildungseinrichtung",
            "institucioneducativa",
            "istitutoscolastico",
            "instituicaodeensino",
            "onderwijsinstelling",
        ],
    ),
];

/// Company type of the contract that a text names.
pub(super) fn company_type(text: &str) -> Option<&'static str> {
    let normalized = normalize_name(text);
    let is_type =
        |(level, names): &&(&str, &[&str])| names.contains(&normalized.as_str()) || normalize_name(level) == normalized;
    TYPES.iter().find(is_type).map(|(level, _)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn company_types_are_recognized_in_any_language() {
        for (text, level) in [
            ("privately held", Some("Privately Held")),
            ("Société cotée", Some("Public Company")),
            ("Gemeinnützig", Some("Nonprofit")),
            ("NON_PROFIT", Some("Nonprofit")),
            ("SELF_OWNED", Some("Self-Owned")),
            ("LLC", None),
            ("", None),
        ] {
            assert_eq!(company_type(text), level, "{text}");
        }
    }
}
