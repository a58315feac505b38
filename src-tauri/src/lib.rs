//! The shell: a window, a narrow door to the backend, and the system's file dialogs.
//!
//! Nothing is decided here. The window's pages speak `api`; the shell hands each request to the `home` it has opened
//! and passes events on. Keys, files and network stay on this side of the door.

mod backend;
mod dialogs;
mod options;
mod window;

pub use options::Options;

use backend::Backend;
use home::Turn;
use tauri::{Manager, RunEvent};

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When the system has no display or no web view.
pub fn run(options: Options) -> tauri::Result<()> {
    options::prefer_stable_rendering();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("NEUSTON_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    let place = match tauri::async_runtime::block_on(home::take_window(options.home.as_deref())) {
        Ok(Turn::First(place)) => Some(place),
        Ok(Turn::Shown) => return Ok(()),
        Ok(Turn::Silent) => None,
        // The window tells why its data folder cannot be used.
        Err(error) => {
            tracing::warn!(%error, "whether there is another window is not known");
            None
        }
    };
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .manage(Backend::new(options.home))
        .invoke_handler(tauri::generate_handler![
            backend::call,
            backend::events,
            dialogs::pick_files,
            dialogs::pick_folder,
            dialogs::pick_save,
            dialogs::open_path,
            dialogs::open_link,
        ])
        .setup(move |app| {
            if let Some(place) = place {
                app.manage(window::Place::keep(app.handle().clone(), place));
            }
            // The window shows at once; the home opens beside it, and the first request waits for it.
            let handle = app.handle().clone();
            tauri::async_runtime::spawn(async move { handle.state::<Backend>().begin().await });
            window::open(app.handle()).map_err(Into::into)
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        RunEvent::ExitRequested { .. } => {
            if let Some(place) = app.try_state::<window::Place>() {
                place.leave();
            }
        }
        RunEvent::Exit => tauri::async_runtime::block_on(app.state::<Backend>().close()),
        _ => {}
    });
    Ok(())
}
