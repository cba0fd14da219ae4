//! The visible things, one per file: properties in, callbacks out, no parsing and no arithmetic on leads.

pub mod bar;
pub mod column_table;
pub mod drop_target;
pub mod field_input;
pub mod grade_chips;
pub mod lead_table;
pub mod masthead;
pub mod model_card;
pub mod notice;
pub mod pager;
pub mod privacy;
pub mod progress;
pub mod reject_table;
pub mod rejects;
pub mod toolbar;
pub mod verdict;
