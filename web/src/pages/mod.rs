//! Views of the page, and the root component that selects one of them.

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

/// Element id of a view's heading, which takes the focus when the view opens.
const TITLE_ID: &str = "title";
