//! The page.

fn main() {
    console_error_panic_hook::set_once();
    // The static shell has done its work.
    if let Some(shell) = leptos::prelude::document().get_element_by_id("shell") {
        shell.remove();
    }
    leptos::mount::mount_to_body(forger_web::app::App);
}
