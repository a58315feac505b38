//! The one window: its pages come from the program, and it goes nowhere else.

use crate::backend::Backend;
use tauri::{AppHandle, DragDropEvent, Manager, Url, WebviewWindowBuilder, WindowEvent, webview::NewWindowResponse};

/// Opens the window as `tauri.conf.json` describes it.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.first() else { return Err(tauri::Error::WindowNotFound) };
    let window = WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let app = app.clone();
    window.on_window_event(move |event| {
        let WindowEvent::DragDrop(event) = event else { return };
        let backend = app.state::<Backend>();
        match event {
            DragDropEvent::Enter { paths, .. } => backend.files_held(paths.len()),
            DragDropEvent::Leave => backend.files_held(0),
            DragDropEvent::Drop { paths, .. } => {
                backend.files_held(0);
                backend.files_dropped(paths);
            }
            _ => {}
        }
    });
    Ok(())
}

/// Brings the window to the front whenever somebody starts a second one on the same home.
pub(crate) async fn show_when_asked(app: AppHandle, mut place: home::OnlyWindow) {
    while place.asked().await == Some(()) {
        for (_, window) in app.webview_windows() {
            // A system that does not let programs come to the front leaves it where it is.
            let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
            if let Err(error) = shown {
                tracing::debug!(%error, "the window did not come to the front");
            }
        }
    }
}

/// Whether an address is a page of the program.
fn is_ours(address: &Url) -> bool {
    match address.scheme() {
        "tauri" => address.host_str() == Some("localhost"),
        // How Windows serves the same pages.
        "http" | "https" => address.host_str() == Some("tauri.localhost") && address.port().is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_only_pages_of_the_program() {
        for (address, ours) in [
            ("tauri://localhost/#/library", true),
            ("http://tauri.localhost/", true),
            ("http://tauri.localhost:8080/", false),
            ("https://tauri.localhost.example.org/", false),
            ("https://example.org/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,hello", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_ours(&address.parse().unwrap()), ours, "{address}");
        }
    }
}
