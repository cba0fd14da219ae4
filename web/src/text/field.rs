//! Words of a lead's fields.

use super::say;
use scorer::lead::schema::FieldKind;

/// A field's name for people; those that are not known bear their own.
pub fn field_label(name: &str) -> String {
    let (english, french) = match name {
        "llm_quality" => ("Profile quality", "Qualité du profil"),
        "llm_engagement" => ("Engagement", "Engagement"),
        "llm_decision_maker" => ("Decides on purchases", "Décide des achats"),
        "llm_company_fit" => ("Company fit", "Adéquation de l’entreprise"),
        "companyfoundedon" => ("Founded in", "Fondée en"),
        "llm_seniority" => ("Seniority", "Séniorité"),
        "llm_geography" => ("Geography", "Géographie"),
        "llm_business_type" => ("FieldKind of business", "Type d’activité"),
        "companysize" => ("Employees", "Effectif"),
        "companytype" => ("FieldKind of company", "Type d’entreprise"),
        "llm_industry" => ("Industry (rated)", "Secteur (évalué)"),
        "industry" => ("Industry", "Secteur"),
        "companyindustry" => ("Company’s industry", "Secteur de l’entreprise"),
        "languages" => ("Languages", "Langues"),
        "location" => ("Location", "Lieu"),
        "companylocation" => ("Company’s location", "Lieu de l’entreprise"),
        "summary" => ("Summary", "Résumé"),
        "skills" => ("Skills, with commas between", "Compétences, séparées par des virgules"),
        "jobtitle" => ("Job title", "Poste"),
        name => (name, name),
    };
    say(english, french)
}

/// What may stand in a field, where that is not plain.
pub fn field_hint(name: &str, kind: &FieldKind) -> Option<String> {
    match kind {
        FieldKind::Number { .. } if name == "companyfoundedon" => {
            Some(say("a year, such as 2012", "une année, par exemple 2012"))
        }
        FieldKind::Integer { min, max } => {
            Some(say(format!("a whole number, {min} to {max}"), format!("un nombre entier, de {min} à {max}")))
        }
        FieldKind::Number { range: Some((min, max)) } => {
            Some(say(format!("a number, {min} to {max}"), format!("un nombre, de {min} à {max}")))
        }
        FieldKind::Number { range: None } => Some(say("a number", "un nombre")),
        FieldKind::Category { .. } | FieldKind::Text { .. } => None,
    }
}
