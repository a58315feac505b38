//! Where things are: the project, its build products, downloaded tools.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folders every task works with.
#[derive(Debug)]
pub(crate) struct Places {
    /// The project.
    pub(crate) root: PathBuf,
    /// Native build products.
    pub(crate) target: PathBuf,
    /// Build products of the window's pages; another toolchain may write here.
    pub(crate) web: PathBuf,
    /// Programs installed for tests.
    pub(crate) tools: PathBuf,
}

impl Places {
    /// Finds them from the environment.
    pub(crate) fn find() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .ok_or("the project's folder is gone: run this from a checkout")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(given) => env::current_dir().map_err(|error| format!("no current folder: {error}"))?.join(given),
            None => user_cache()?.join("neuston").join("target"),
        };
        Ok(Self { root, web: target.join("web"), tools: target.join("tools"), target })
    }

    /// A path of the project.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

/// The folder the system keeps rebuildable files of this user in.
fn user_cache() -> Result<PathBuf, String> {
    let of = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let found = if cfg!(windows) {
        of("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        of("HOME").map(|home| home.join("Library/Caches"))
    } else {
        of("XDG_CACHE_HOME").or_else(|| of("HOME").map(|home| home.join(".cache")))
    };
    found
        .ok_or_else(|| "no cache folder is known for this user: set CARGO_TARGET_DIR to a folder with 8 GB free".into())
}
