//! The views, and the root that holds the state and chooses among them.

mod app;
mod lead;
mod list;
mod privacy;
mod start;

pub use app::App;
pub use lead::{LeadPage, LeadPageProps};
pub use list::{ListPage, ListPageProps};
pub use privacy::PrivacyPage;
pub use start::{StartPage, StartPageProps};

/// The heading of a view, which takes the focus when the view is shown.
const TITLE_ID: &str = "title";
