//! The visible things, one per file: properties in, callbacks out, no parsing and no arithmetic on leads.

pub mod bar;
pub mod column_picker;
pub mod column_table;
pub mod drop_target;
pub mod field_input;
pub mod filter_panel;
pub mod grade_chips;
pub mod lead_panel;
pub mod lead_row;
pub mod lead_table;
pub mod mark_buttons;
pub mod masthead;
pub mod model_card;
pub mod notice;
pub mod pager;
pub mod privacy;
pub mod progress;
pub mod reject_groups;
pub mod rejects;
pub mod selection_bar;
pub mod take_panel;
pub mod toolbar;
pub mod verdict;
