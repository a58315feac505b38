//! What can be said when the window is started.

use std::{ffi::OsString, path::PathBuf};

/// What the window was started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The data folder; `None` is the platform's own.
    pub home: Option<PathBuf>,
}

impl Options {
    /// Reads `--home DIR` and the variable `NEUSTON_HOME`; the former wins.
    ///
    /// # Errors
    /// A sentence for the terminal: help, or what is wrong.
    pub fn from_command_line(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let variable = std::env::var_os("NEUSTON_HOME").filter(|value| !value.is_empty());
        let mut options = Self { home: variable.map(PathBuf::from) };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--home") => {
                    let folder = arguments.next().ok_or("--home needs a folder: neuston-desktop --home DIR")?;
                    options.home = Some(folder.into());
                }
                Some(given) if given.starts_with("--home=") => {
                    options.home = Some(given.trim_start_matches("--home=").into());
                }
                Some("--help" | "-h") => {
                    return Err("Neuston's window.\n\nneuston-desktop [--home DIR]\n\n\
                                --home DIR   the data folder (also NEUSTON_HOME)\n\nWithout a window: neuston --help"
                        .into());
                }
                _ => {
                    return Err(format!(
                        "neuston-desktop does not know {}. It takes: --home DIR",
                        argument.to_string_lossy()
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// WebKitGTK's fastest way to the screen crashes or stays white with some graphics drivers; the next one is right
/// everywhere and fast enough for pages. Whoever sets the variable keeps his choice. The process starts itself again,
/// because a running one cannot change its environment safely.
#[cfg(target_os = "linux")]
pub(crate) fn prefer_stable_rendering() {
    use std::os::unix::process::CommandExt as _;
    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    match std::env::current_exe() {
        Ok(program) => {
            let failed =
                std::process::Command::new(program).args(std::env::args_os().skip(1)).env(VARIABLE, "1").exec();
            eprintln!("going on with WebKit's own choice of renderer: {failed}");
        }
        Err(error) => eprintln!("going on with WebKit's own choice of renderer: {error}"),
    }
}

/// Other systems bring a web view that needs no help.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prefer_stable_rendering() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, String> {
        Options::from_command_line(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_home_can_be_named() {
        assert_eq!(read(&["--home", "/a b"]).unwrap().home, Some("/a b".into()));
        assert_eq!(read(&["--home=/c"]).unwrap().home, Some("/c".into()));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert!(read(&["--home"]).unwrap_err().contains("DIR"));
        assert!(read(&["--nonsense"]).unwrap_err().contains("--nonsense"));
        assert!(read(&["--help"]).unwrap_err().contains("neuston --help"));
    }
}
