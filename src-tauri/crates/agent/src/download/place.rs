//! Names on the disk: nothing that is there is ever overwritten.

use std::{
    io,
    path::{Path, PathBuf},
};

/// A free place for a file of this name in a folder: `levels.csv`, else `levels (2).csv`.
pub(crate) async fn choose(folder: &Path, name: &str) -> io::Result<PathBuf> {
    tokio::fs::create_dir_all(folder).await?;
    let name = crate::inspect::safe_name(name);
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem.to_owned(), format!(".{ending}")),
        _ => (name.clone(), String::new()),
    };
    let mut number = 1_u32;
    loop {
        let numbered = if number == 1 { name.clone() } else { format!("{stem} ({number}){ending}") };
        let path = folder.join(numbered);
        if !tokio::fs::try_exists(&path).await? && !tokio::fs::try_exists(&part(&path)).await? {
            return Ok(path);
        }
        number = number.checked_add(1).ok_or_else(|| io::Error::other("no free name is left"))?;
    }
}

/// Where the bytes are until they are complete.
pub(crate) fn part(path: &Path) -> PathBuf {
    beside(path, "part")
}

/// Where bytes are kept that are not what was sold.
pub(crate) fn apart(path: &Path) -> PathBuf {
    beside(path, "different")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let first = choose(folder.path(), "a.csv").await.unwrap();
        assert!(first.ends_with("a.csv"));
        std::fs::write(part(&first), "half").unwrap();
        let second = choose(folder.path(), "a.csv").await.unwrap();
        assert!(second.ends_with("a (2).csv"), "a part that somebody loads is not touched");
        assert!(choose(folder.path(), "../../x").await.unwrap().starts_with(folder.path()));
    }
}
