//! Visual components, one per file: properties in, callbacks out.
//!
//! Must not parse files or compute scores.

pub mod column_picker;
pub mod column_table;
pub mod drop_target;
pub mod encoding_picker;
pub mod export_panel;
pub mod field_input;
pub mod filter_panel;
pub mod grade_chips;
pub mod header;
pub mod lead_panel;
pub mod lead_row;
pub mod lead_table;
pub mod manual_result;
pub mod mark_buttons;
pub mod model_card;
pub mod notice;
pub mod pager;
pub mod privacy_card;
pub mod progress;
pub mod rejects;
pub mod score;
pub mod selection_bar;
pub mod toolbar;
