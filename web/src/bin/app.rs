//! Entry point of the page.

use web::language::{Language, set_current};

fn main() {
    set_current(Language::from_tag(&web::browser::preferred_language()));
    yew::Renderer::<web::pages::App>::new().render();
}
