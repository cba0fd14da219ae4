//! Starts the page.

fn main() {
    yew::Renderer::<web::pages::App>::new().render();
}
