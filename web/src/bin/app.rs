//! Starts the page.

use web::language::{Language, speak};

fn main() {
    speak(Language::of(&web::browser::language()));
    yew::Renderer::<web::pages::App>::new().render();
}
