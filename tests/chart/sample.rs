//! An overview such as a real service gives: 47 features, 19 fields, all kinds of columns, a few things wrong.

use scorer::chart::simulation;
use scorer::insight::alert::alerts;
use scorer::wire::monitoring::{
    Calls, Choice, ColumnDrift, Columns, Database, DriftGroup, EffectState, LevelCounts, MissingDrift, Model, Overview,
    Picture, Status, Test, Window,
};

/// Every text from outside begins so.
pub(crate) const MARK: &str = "‹outside›";

pub(crate) const NOW: &str = "2026-11-24 21:40:00.000000";

const FEATURES: [&str; 47] = [
    "llm_quality",
    "llm_engagement",
    "llm_decision_maker",
    "llm_company_fit",
    "companyfoundedon",
    "has_summary",
    "has_skills",
    "has_jobtitle",
    "summary_length",
    "jobtitle_length",
    "skills_count",
    "is_founder",
    "is_director",
    "is_manager",
    "is_sales",
    "is_marketing",
    "is_tech",
    "llm_industry_encoded",
    "industry_encoded",
    "companyindustry_encoded",
    "languages_encoded",
    "location_encoded",
    "companylocation_encoded",
    "llm_seniority_Entry",
    "llm_seniority_Mid",
    "llm_seniority_Senior",
    "llm_seniority_Executive",
    "llm_seniority_C-Level",
    "llm_geography_international_hub",
    "llm_geography_regional_hub",
    "llm_geography_other",
    "llm_business_type_leaders",
    "llm_business_type_experts",
    "llm_business_type_salespeople",
    "llm_business_type_workers",
    "llm_business_type_others",
    "companysize_1-10",
    "companysize_11-50",
    "companysize_51-200",
    "companysize_201-500",
    "companysize_501-1000",
    "companysize_1001-5000",
    "companysize_5001-10000",
    "companysize_10001+",
    "companytype_Privately Held",
    "companytype_Public Company",
    "companytype_Nonprofit",
];

const FIELDS: [&str; 19] = [
    "llm_quality",
    "llm_engagement",
    "llm_decision_maker",
    "llm_company_fit",
    "companyfoundedon",
    "llm_seniority",
    "llm_geography",
    "llm_business_type",
    "companysize",
    "companytype",
    "llm_industry",
    "industry",
    "companyindustry",
    "languages",
    "location",
    "companylocation",
    "summary",
    "skills",
    "jobtitle",
];

fn outside(text: &str) -> String {
    format!("{MARK}{text}")
}

/// The overview.
pub(crate) fn overview() -> Overview {
    let version = outside("2026.8.1");
    let choice = Choice { window: Window::Week, ..Choice::default() };
    let mut overview = simulation::overview(&choice, NOW);
    overview.simulated = false;
    let cursor = Some(outside("MjAyNi0xMS0yNA"));
    overview.choice = Choice { model_version: Some(version.clone()), cursor, ..choice };
    overview.model = Some(Model {
        name: outside("linkedin-engagement"),
        version: version.clone(),
        sha256: outside("9f2c1d77a0b84f5e8c1a9b0d3e6f7a2b4c5d6e8f9a0b1c2d3e4f5a6b7c8d9e0f"),
        age_days: Some(115),
    });
    overview.versions = vec![version.clone(), outside("2026.5.9")];
    overview.health.status = Status::Degraded;
    overview.health.database = Database::Degraded;
    overview.health.spooled_rows = 1_204;
    overview.health.recent_calls = Calls { count: 420, client_errors: 9, server_errors: 31 };
    for (place, row) in overview.recent.rows.iter_mut().enumerate() {
        row.id = outside(&format!("019312f4-7c3e-7a10-9f43-{place:012x}"));
        row.model_version = version.clone();
    }
    overview.recent.next = Some(outside("next"));
    let patterns = overview.drift.features.as_ref().map(|group| group.columns.clone()).unwrap_or_default();
    let of_levels = overview.drift.fields.as_ref().map(|group| group.columns[2..].to_vec()).unwrap_or_default();
    overview.drift.features = Some(group(Columns::Features, &FEATURES, &patterns));
    overview.drift.fields = Some(group(Columns::Fields, &FIELDS, &[patterns, of_levels].concat()));
    overview.alerts = alerts(&overview.signs());
    overview
}

/// Columns with these names that look like the patterns in turn, some of them out of the ordinary.
fn group(columns_are: Columns, names: &[&str], patterns: &[ColumnDrift]) -> DriftGroup {
    let column = |(place, name): (usize, &&str)| {
        let mut column = patterns[place * 5 % patterns.len()].clone();
        column.name = outside(name);
        column.effect.measure = outside("PSI");
        if let Some(Picture::Levels { levels }) = &mut column.picture {
            levels.iter_mut().filter(|one| !one.level.is_empty()).for_each(|one| one.level = outside(&one.level));
        }
        match place {
            3 => wasserstein(&mut column),
            5 => constant(&mut column),
            7 => absent(&mut column),
            9 => missing(&mut column),
            10 => crowded(&mut column),
            _ => {}
        }
        column
    };
    let columns: Vec<ColumnDrift> = names.iter().enumerate().map(column).collect();
    let drifted = columns.iter().filter(|column| column.drifted).count();
    let share = drifted as f64 / columns.len() as f64;
    DriftGroup { columns_are, columns, drifted: drifted as u64, share, threshold: 0.5, drift: share >= 0.5 }
}

fn wasserstein(column: &mut ColumnDrift) {
    (column.test, column.score, column.threshold, column.drifted) = (Some(Test::Wasserstein), Some(0.234), 0.1, true);
    (column.q_value, column.approximate, column.reference_count) = (None, true, 5_200);
    column.effect.state = EffectState::Strong;
}

fn constant(column: &mut ColumnDrift) {
    (column.score, column.q_value, column.drifted) = (None, None, false);
    column.picture = Some(Picture::Bins { edges: vec![0.0, 0.0], reference: vec![303], current: vec![10_000] });
}

fn absent(column: &mut ColumnDrift) {
    (column.test, column.score, column.picture, column.drifted) = (None, None, None, false);
    (column.current_count, column.too_few, column.effect.value) = (0, true, None);
}

fn missing(column: &mut ColumnDrift) {
    column.missing = MissingDrift { reference_share: 0.02, current_share: 0.41, p_value: Some(1e-9), drifted: true };
}

fn crowded(column: &mut ColumnDrift) {
    let level = |place: u64| LevelCounts {
        level: if place == 11 {
            String::new()
        } else {
            outside(&format!("Information Technology and Services {place}"))
        },
        reference: 40 - place * 3,
        current: 1_000 - place * 80,
    };
    column.picture = Some(Picture::Levels { levels: (0..12).map(level).collect() });
    column.new_levels = 212;
}
