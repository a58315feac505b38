//! Names on the disk: nothing that is there is ever overwritten, and no two downloads write to one place.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
};

/// A free place for a file of this name in a folder: `levels.csv`, else `levels (2).csv`. The places in `taken` are not free,
/// though nothing may be there yet.
pub(crate) async fn choose(folder: &Path, name: &str, taken: &HashSet<PathBuf>) -> io::Result<PathBuf> {
    tokio::fs::create_dir_all(folder).await?;
    // It begins with no dot, so what is before the last one is never empty.
    let name = crate::inspect::safe_name(name);
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) => (stem.to_owned(), format!(".{ending}")),
        None => (name.clone(), String::new()),
    };
    let mut number = 1_u32;
    loop {
        let numbered = if number == 1 { name.clone() } else { format!("{stem} ({number}){ending}") };
        let path = folder.join(numbered);
        let exists = tokio::fs::try_exists(&path).await? || tokio::fs::try_exists(&part(&path)).await?;
        if !exists && !taken.contains(&path) {
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

    /// The name that is chosen for a file in a folder in which these are, beside places that are taken.
    async fn chosen(name: &str, there: &[&str], taken: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for name in there {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let taken = taken.iter().map(|name| folder.path().join(name)).collect();
        let path = choose(folder.path(), name, &taken).await.unwrap();
        assert_eq!(path.parent(), Some(folder.path()));
        path.file_name().unwrap().to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn what_is_there_stays() {
        assert_eq!(chosen("a.csv", &[], &[]).await, "a.csv");
        assert_eq!(chosen("a.csv", &["a.csv"], &[]).await, "a (2).csv");
        assert_eq!(chosen("a.csv", &["a.csv.part"], &[]).await, "a (2).csv", "a part that somebody loads");
        assert_eq!(chosen("a.csv", &["a.csv", "a (2).csv.part"], &[]).await, "a (3).csv");
    }

    #[tokio::test]
    async fn a_place_that_another_download_will_write_to_is_not_free() {
        assert_eq!(chosen("a.csv", &[], &["a.csv"]).await, "a (2).csv");
        assert_eq!(chosen("a.csv", &["a (2).csv"], &["a.csv"]).await, "a (3).csv");
        assert_eq!(chosen("a.csv", &[], &["b.csv"]).await, "a.csv");
    }

    #[tokio::test]
    async fn the_number_comes_before_the_last_ending() {
        assert_eq!(chosen("levels.tar.gz", &["levels.tar.gz"], &[]).await, "levels.tar (2).gz");
        assert_eq!(chosen("README", &["README"], &[]).await, "README (2)");
        assert_eq!(chosen(".hidden", &["hidden"], &[]).await, "hidden (2)");
    }

    #[tokio::test]
    async fn a_name_from_a_listing_stays_in_its_folder_which_is_made_where_it_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("x/y");
        let path = choose(&inner, "../../x", &HashSet::new()).await.unwrap();
        assert!(path.starts_with(&inner) && inner.is_dir(), "{}", path.display());
        assert!(choose(&folder.path().join("x/y"), "a", &HashSet::new()).await.is_ok());
        std::fs::write(folder.path().join("file"), "x").unwrap();
        assert!(choose(&folder.path().join("file"), "a", &HashSet::new()).await.is_err());
    }

    #[test]
    fn parts_and_what_is_different_are_kept_beside_the_place() {
        let place = Path::new("/x/a.csv");
        assert_eq!(part(place), Path::new("/x/a.csv.part"));
        assert_eq!(apart(place), Path::new("/x/a.csv.different"));
    }
}
