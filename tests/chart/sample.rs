//! Overview as of a real service: 47 features, 19 fields, all kinds of columns, some alerts.

use scorer::chart::simulation;
use scorer::insight::alert::{AlertInputs, LogState, alerts};
use scorer::insight::drift::{
    ColumnDrift, ComparedColumns, DriftGroup, DriftTest, EffectState, Histogram, LevelCounts, MissingDrift,
};
use scorer::wire::monitoring::{Calls, Choice, Database, Model, Overview, Status, Window};

/// Prefix of every untrusted text.
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

fn untrusted(text: &str) -> String {
    format!("{MARK}{text}")
}

/// Returns the sample.
pub(crate) fn overview() -> Overview {
    let version = untrusted("2026.8.1");
    let choice = Choice { window: Window::Week, ..Choice::default() };
    let mut overview = simulation::overview(&choice, NOW).unwrap();
    overview.simulated = false;
    let cursor = Some(untrusted("MjAyNi0xMS0yNA"));
    overview.choice = Choice { model_version: Some(version.clone()), cursor, ..choice };
    overview.model = Some(Model {
        name: untrusted("linkedin-engagement"),
        version: version.clone(),
        sha256: untrusted("9f2c1d77a0b84f5e8c1a9b0d3e6f7a2b4c5d6e8f9a0b1c2d3e4f5a6b7c8d9e0f"),
        age_days: Some(115),
    });
    overview.versions = vec![version.clone(), untrusted("2026.5.9")];
    overview.health.status = Status::Degraded;
    overview.health.database = Database::Degraded;
    overview.health.spooled_rows = 1_204;
    overview.health.recent_calls = Calls { count: 420, client_errors: 9, server_errors: 31 };
    for (index, row) in overview.recent.rows.iter_mut().enumerate() {
        row.id = untrusted(&format!("019312f4-7c3e-7a10-9f43-{index:012x}"));
        row.model_version = version.clone();
    }
    overview.recent.next = Some(untrusted("next"));
    let patterns = overview.drift.features.as_ref().map(|group| group.columns.clone()).unwrap_or_default();
    let level_patterns = overview.drift.fields.as_ref().map(|group| group.columns[2..].to_vec()).unwrap_or_default();
    overview.drift.features = Some(group(ComparedColumns::Features, &FEATURES, &patterns));
    overview.drift.fields = Some(group(ComparedColumns::Fields, &FIELDS, &[patterns, level_patterns].concat()));
    overview.alerts = alerts(&AlertInputs {
        log: LogState::Spooled(1_204),
        calls: 420,
        errors: 31,
        model_age_days: Some(115),
        ..AlertInputs::default()
    });
    overview
}

/// Columns with these names that repeat the patterns, some of them with special cases.
fn group(columns_are: ComparedColumns, names: &[&str], patterns: &[ColumnDrift]) -> DriftGroup {
    let column = |(index, name): (usize, &&str)| {
        let mut column = patterns[index * 5 % patterns.len()].clone();
        column.name = untrusted(name);
        if let Some(Histogram::Levels { levels }) = &mut column.histogram {
            levels.iter_mut().filter(|one| !one.level.is_empty()).for_each(|one| one.level = untrusted(&one.level));
        }
        match index {
            3 => strong_distance(&mut column),
            5 => constant_column(&mut column),
            7 => empty_side(&mut column),
            9 => missing_drift(&mut column),
            10 => many_levels(&mut column),
            _ => {}
        }
        column
    };
    let columns: Vec<ColumnDrift> = names.iter().enumerate().map(column).collect();
    let drifted = columns.iter().filter(|column| column.drifted).count();
    let share = drifted as f64 / columns.len() as f64;
    DriftGroup { columns_are, columns, drifted: drifted as u64, share, threshold: 0.5, drift: share >= 0.5 }
}

fn strong_distance(column: &mut ColumnDrift) {
    (column.test, column.score, column.threshold, column.drifted) =
        (Some(DriftTest::Wasserstein), Some(0.234), 0.1, true);
    (column.q_value, column.approximate, column.reference_count) = (None, true, 5_200);
    column.effect.state = EffectState::Strong;
}

fn constant_column(column: &mut ColumnDrift) {
    (column.score, column.q_value, column.drifted) = (None, None, false);
    column.histogram = Some(Histogram::Bins { edges: vec![0.0, 0.0], reference: vec![303], current: vec![10_000] });
}

fn empty_side(column: &mut ColumnDrift) {
    (column.test, column.score, column.histogram, column.drifted) = (None, None, None, false);
    (column.current_count, column.too_few, column.effect.value) = (0, true, None);
}

fn missing_drift(column: &mut ColumnDrift) {
    column.missing = MissingDrift { reference_share: 0.02, current_share: 0.41, p_value: Some(1e-9), drifted: true };
}

fn many_levels(column: &mut ColumnDrift) {
    let level = |index: u64| LevelCounts {
        level: if index == 11 {
            String::new()
        } else {
            untrusted(&format!("Information Technology and Services {index}"))
        },
        reference: 40 - index * 3,
        current: 1_000 - index * 80,
    };
    column.histogram = Some(Histogram::Levels { levels: (0..12).map(level).collect() });
    column.new_levels = 212;
}
