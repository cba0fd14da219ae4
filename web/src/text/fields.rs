//! Labels and hints of a lead's fields.

use super::tr;
use scorer::lead::schema::FieldKind;

/// Label of a field; unknown fields use their name.
pub fn field_label(name: &str) -> String {
    let (english, french) = match name {
        "llm_quality" => ("Profile quality", "Qualité du profil"),
        "llm_engagement" => ("Engagement", "Engagement"),
        "llm_decision_maker" => ("Decides on purchases", "Décide des achats"),
        "llm_company_fit" => ("Company fit", "Adéquation de l’entreprise"),
        "companyfoundedon" => ("Founded in", "Fondée en"),
        "llm_seniority" => ("Seniority", "Séniorité"),
        "llm_geography" => ("Geography", "Géographie"),
        "llm_business_type" => ("Kind of business", "Type d’activité"),
        "companysize" => ("Employees", "Effectif"),
        "companytype" => ("Kind of company", "Type d’entreprise"),
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
    tr(english, french)
}

/// Hint about accepted values, where they are not obvious.
pub fn field_hint(name: &str, kind: &FieldKind) -> Option<String> {
    match kind {
        FieldKind::Number { .. } if name == "companyfoundedon" => {
            Some(tr("a year, such as 2012", "une année, par exemple 2012"))
        }
        FieldKind::Integer { min, max } => {
            Some(tr(format!("a whole number, {min} to {max}"), format!("un nombre entier, de {min} à {max}")))
        }
        FieldKind::Number { range: Some((min, max)) } => {
            Some(tr(format!("a number, {min} to {max}"), format!("un nombre, de {min} à {max}")))
        }
        FieldKind::Number { range: None } => Some(tr("a number", "un nombre")),
        FieldKind::Category { .. } | FieldKind::Text { .. } => None,
    }
}
