//! Dutch names.

use super::{LIKELY, MAYBE, SURE, Table};

pub(super) const ALIASES: Table = &[
    ("jobtitle", SURE, &["functietitel", "functiebenaming", "functienaam", "huidigefunctie", "baantitel"]),
    ("jobtitle", LIKELY, &["functie", "beroep", "positie", "functieomschrijving"]),
    (
        "companysize",
        SURE,
        &[
            "aantalmedewerkers",
            "aantalwerknemers",
            "bedrijfsgrootte",
            "bedrijfsomvang",
            "medewerkers",
            "werknemers",
            "aantalpersoneelsleden",
            "grootteklasse",
            "grootteorganisatie",
            "organisatiegrootte",
        ],
    ),
    ("companysize", LIKELY, &["personeel", "personeelsbestand"]),
    ("companysize", MAYBE, &["grootte", "omvang"]),
    ("companytype", SURE, &["bedrijfstype", "soortbedrijf", "typebedrijf", "typeorganisatie"]),
    ("companytype", LIKELY, &["rechtsvorm"]),
    ("companyfoundedon", SURE, &["oprichtingsjaar", "oprichtingsdatum", "jaarvanoprichting"]),
    ("companyfoundedon", LIKELY, &["opgericht", "opgerichtin"]),
    ("companyindustry", SURE, &["bedrijfssector", "bedrijfsbranche"]),
    ("industry", SURE, &["bedrijfstak", "branchenaam"]),
    ("languages", SURE, &["taal", "talen", "gesprokentalen"]),
    ("location", SURE, &["woonplaats", "locatie"]),
    ("location", LIKELY, &["plaats", "stad", "gemeente", "vestigingsplaats"]),
    ("location", MAYBE, &["regio", "provincie"]),
    ("companylocation", SURE, &["hoofdkantoor", "bedrijfslocatie", "hoofdvestiging", "bedrijfsadres"]),
    ("companylocation", LIKELY, &["bedrijfsplaats"]),
    ("summary", SURE, &["samenvatting", "overmij"]),
    ("skills", SURE, &["vaardigheden", "competenties"]),
];
