//! The one window: its pages come from the program, and it goes nowhere else.

use crate::backend::Backend;
use tauri::{
    AppHandle, DragDropEvent, Manager, Url, WebviewWindowBuilder, WindowEvent, async_runtime::JoinHandle,
    webview::NewWindowResponse,
};

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

/// The place of the only window on a home, as long as there is a window.
pub(crate) struct Place(JoinHandle<()>);

impl Place {
    /// Keeps it, and answers whoever starts a second one.
    pub(crate) fn keep(app: AppHandle, place: home::OnlyWindow) -> Self {
        Self(tauri::async_runtime::spawn(show_when_asked(app, place)))
    }

    /// Gives it up: there is nothing to show any more, though the home still writes what it has to. Whoever starts a window
    /// meanwhile gets one.
    pub(crate) fn leave(&self) {
        self.0.abort();
    }
}

/// Brings the window to the front whenever somebody starts a second one on the same home.
async fn show_when_asked(app: AppHandle, mut place: home::OnlyWindow) {
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
