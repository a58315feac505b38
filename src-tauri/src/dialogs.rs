//! The system's dialogs, and opening what belongs to the person.

use crate::backend::{Backend, of_ours};
use api::{ApiError, Code, GetSettings, ListDownloads, ListLibrary, sentence};
use std::path::{Path, PathBuf};
use tauri::{AppHandle, State, Url};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tauri_plugin_opener::OpenerExt as _;
use tokio::sync::oneshot;

/// Kinds of files that only show something when opened. Others are shown in their folder: a bought file never runs.
const SHOWN: [&str; 26] = [
    "avif", "bmp", "csv", "docx", "flac", "geojson", "gif", "jpeg", "jpg", "json", "log", "md", "mp3", "mp4", "ndjson",
    "odp", "ods", "odt", "ogg", "pdf", "png", "tif", "tiff", "tsv", "txt", "xlsx",
];

/// Lets a person choose files; empty when the dialog was closed.
#[tauri::command]
pub(crate) async fn pick_files(app: AppHandle) -> Result<Vec<String>, ApiError> {
    if let Some(picked) = answered_by_a_test() {
        return Ok(picked);
    }
    let (tell, told) = oneshot::channel();
    app.dialog().file().pick_files(move |picked| drop(tell.send(picked)));
    told.await.map_err(|_| no_dialog())?.unwrap_or_default().into_iter().map(path).collect()
}

/// Lets a person choose a folder.
#[tauri::command]
pub(crate) async fn pick_folder(app: AppHandle) -> Result<Option<String>, ApiError> {
    if let Some(picked) = answered_by_a_test() {
        return Ok(picked.into_iter().next());
    }
    let (tell, told) = oneshot::channel();
    app.dialog().file().pick_folder(move |picked| drop(tell.send(picked)));
    told.await.map_err(|_| no_dialog())?.map(path).transpose()
}

/// Lets a person choose where to write a file that would be called `name`.
#[tauri::command]
pub(crate) async fn pick_save(app: AppHandle, name: String) -> Result<Option<String>, ApiError> {
    if let Some(picked) = answered_by_a_test() {
        return Ok(picked.into_iter().next());
    }
    let (tell, told) = oneshot::channel();
    app.dialog().file().set_file_name(name).save_file(move |picked| drop(tell.send(picked)));
    told.await.map_err(|_| no_dialog())?.map(path).transpose()
}

/// Opens a file of the library with the program the person has for it, or, with `reveal`, shows it in its folder.
/// Only what the backend knows as saved or chosen is opened, and only kinds that cannot run.
#[tauri::command]
pub(crate) async fn open_path(
    app: AppHandle,
    path: String,
    reveal: bool,
    backend: State<'_, Backend>,
) -> Result<(), ApiError> {
    let path = PathBuf::from(path);
    if !known(&backend).await?.iter().any(|known| *known == path || known.parent() == Some(&path)) {
        return Err(ApiError::new(
            Code::Refused,
            "This is no file that Neuston saved.",
            "Open it with your file manager, if you trust it.",
        ));
    }
    if !path.exists() {
        return Err(ApiError::new(
            Code::NotFound,
            sentence!("{path} is not there any more.", path = path.as_path()),
            "Download it again from your library.",
        ));
    }
    let opened = if path.is_dir() || (!reveal && only_shows(&path)) {
        app.opener().open_path(path.to_string_lossy(), None::<&str>)
    } else {
        app.opener().reveal_item_in_dir(&path)
    };
    opened.map_err(|error| nothing_opens(&error))
}

/// Opens an http or https address in the person's browser.
#[tauri::command]
pub(crate) async fn open_link(app: AppHandle, url: String) -> Result<(), ApiError> {
    let address = web_address(&url).ok_or_else(|| {
        ApiError::new(Code::Invalid, "This is no web address.", "Only http and https addresses are opened.")
    })?;
    app.opener().open_url(address, None::<&str>).map_err(|error| nothing_opens(&error))
}

/// The files and folders that the backend itself says it has written or uses.
async fn known(backend: &Backend) -> Result<Vec<PathBuf>, ApiError> {
    let door = backend.door().await?;
    let library = door.ask(ListLibrary {}).await?;
    let downloads = door.ask(ListDownloads {}).await?;
    let settings = door.ask(GetSettings {}).await?;
    Ok(library
        .into_iter()
        .flat_map(|asset| asset.files)
        .filter_map(|file| file.path)
        .chain(downloads.into_iter().map(|download| download.path))
        .chain([settings.data_folder, settings.download_folder])
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect())
}

fn only_shows(path: &Path) -> bool {
    path.extension()
        .and_then(|kind| kind.to_str())
        .is_some_and(|kind| SHOWN.contains(&kind.to_ascii_lowercase().as_str()))
}

fn web_address(text: &str) -> Option<Url> {
    text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn path(picked: FilePath) -> Result<String, ApiError> {
    let path = picked.into_path().map_err(|_| {
        ApiError::new(Code::Invalid, "What was chosen is no file of this computer.", "Copy it to this computer first.")
    })?;
    path.into_os_string().into_string().map_err(|_| {
        ApiError::new(
            Code::Invalid,
            "The name of what was chosen cannot be read as text.",
            "Rename it, then choose it again.",
        )
    })
}

fn no_dialog() -> ApiError {
    of_ours("The system closed its file dialog without an answer.")
}

fn nothing_opens(error: &tauri_plugin_opener::Error) -> ApiError {
    ApiError::new(
        Code::NotFound,
        sentence!("The system found no program for it ({why}).", why = error.to_string()),
        "Open it from your file manager.",
    )
}

/// WebDriver cannot reach the system's dialogs. In builds for development a test answers them beforehand, with paths in
/// `NEUSTON_TEST_PICK`; a release never looks.
fn answered_by_a_test() -> Option<Vec<String>> {
    if !cfg!(debug_assertions) {
        return None;
    }
    let paths = std::env::var_os("NEUSTON_TEST_PICK")?;
    Some(std::env::split_paths(&paths).map(|path| path.to_string_lossy().into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bought_files_never_run() {
        for (name, shows) in [
            ("data.csv", true),
            ("REPORT.PDF", true),
            ("setup.exe", false),
            ("run.sh", false),
            ("x.desktop", false),
            ("page.html", false),
            ("picture.svg", false),
            ("macro.xlsm", false),
            ("noending", false),
            (".csv", false),
        ] {
            assert_eq!(only_shows(Path::new(name)), shows, "{name}");
        }
    }

    #[test]
    fn only_the_web_is_a_link() {
        assert!(web_address("https://example.org/a?b").is_some());
        for hostile in ["file:///etc/passwd", "javascript:alert(1)", "smb://x/y", "not a link", "neuston://x", "http:"]
        {
            assert!(web_address(hostile).is_none(), "{hostile}");
        }
    }
}
