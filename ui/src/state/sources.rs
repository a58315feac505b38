//! A draft's files: what they are called, and what was seen in them.

use api::{ColumnView, Draft, FilePreview, FileSource};

/// What somebody typed is a link when it begins like one, else a path.
pub(crate) fn source(typed: &str) -> Option<FileSource> {
    let typed = typed.trim().trim_matches('"');
    if typed.is_empty() {
        None
    } else if typed.starts_with("https://") || typed.starts_with("http://") {
        Some(FileSource::Link { url: typed.to_owned() })
    } else {
        Some(FileSource::Local { path: typed.to_owned() })
    }
}

/// The whole path or link.
pub(crate) fn whole(source: &FileSource) -> &str {
    match source {
        FileSource::Local { path } => path,
        FileSource::Link { url } => url,
    }
}

/// The folders and the name; of a link without what is asked of it.
fn parts(source: &FileSource) -> Vec<&str> {
    let path = match source {
        FileSource::Local { path } => path.as_str(),
        FileSource::Link { url } => url.split(['?', '#']).next().unwrap_or(url),
    };
    path.split(['/', '\\']).filter(|part| !part.is_empty()).collect()
}

/// What a file is called among others: its name, after as many of its folders as tell it from the others.
pub(crate) fn called(source: &FileSource, among: &[FileSource]) -> String {
    let mine = parts(source);
    let others: Vec<Vec<&str>> = among.iter().filter(|other| *other != source).map(parts).collect();
    (1..=mine.len())
        .filter_map(|count| mine.get(mine.len() - count..))
        .find(|end| others.iter().all(|other| !other.ends_with(end)))
        .map_or_else(|| whole(source).to_owned(), |end| end.join("/"))
}

/// The columns of each file that was looked into, in the order of the draft's files.
pub(crate) type Seen = Vec<(FileSource, Vec<ColumnView>)>;

fn column<'a>(seen: &'a [(FileSource, Vec<ColumnView>)], name: &str) -> Option<&'a ColumnView> {
    // Of two files with one column the last one counts, as in the listing.
    seen.iter().rev().flat_map(|(_, columns)| columns).find(|column| column.name == name)
}

/// Takes what a look into a file found into the draft: its columns, and a first name. Nothing typed is overwritten.
pub(crate) fn take_in(draft: &mut Draft, preview: &FilePreview) {
    for column in &preview.columns {
        match draft.columns.iter_mut().find(|c| c.name == column.name) {
            Some(known) => {
                let ColumnView { meaning, unit, .. } = std::mem::replace(known, column.clone());
                if !meaning.is_empty() {
                    known.meaning = meaning;
                }
                if !unit.is_empty() {
                    known.unit = unit;
                }
            }
            None => draft.columns.push(column.clone()),
        }
    }
    if draft.name.is_empty() {
        let stem = preview.name.rsplit_once('.').map_or(preview.name.as_str(), |(stem, _)| stem);
        let spoken = stem.replace(['_', '-'], " ");
        let mut letters = spoken.chars();
        draft.name = letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default();
    }
}

/// Takes a file out of the draft, with the columns that no other file is known to have.
pub(crate) fn take_out(draft: &mut Draft, source: &FileSource, seen: &[(FileSource, Vec<ColumnView>)]) {
    let (gone, left): (Seen, Seen) = seen.iter().cloned().partition(|(of, _)| of == source);
    draft.files.retain(|file| file != source);
    draft.columns.retain(|c| column(&gone, &c.name).is_none() || column(&left, &c.name).is_some());
    settle(draft, &left);
}

/// Gives the draft's columns the pictures of its files. Once all of these have been looked into, it has their columns and no
/// others; until then, a column may be of one that is still to be looked into.
pub(crate) fn settle(draft: &mut Draft, seen: &[(FileSource, Vec<ColumnView>)]) {
    let all = draft.files.iter().all(|file| seen.iter().any(|(of, _)| of == file));
    draft.columns.retain_mut(|known| match column(seen, &known.name) {
        Some(found) => {
            known.profile.clone_from(&found.profile);
            known.filled_permille = found.filled_permille;
            true
        }
        None => !all,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(path: &str) -> FileSource {
        FileSource::Local { path: path.into() }
    }

    fn link(url: &str) -> FileSource {
        FileSource::Link { url: url.into() }
    }

    fn column_of(name: &str, meaning: &str, bar: u8) -> ColumnView {
        ColumnView {
            name: name.into(),
            meaning: meaning.into(),
            unit: String::new(),
            profile: vec![bar, 2],
            filled_permille: Some(1000),
        }
    }

    fn preview(path: &str, columns: &[ColumnView]) -> FilePreview {
        FilePreview {
            source: local(path),
            name: path.rsplit('/').next().unwrap().into(),
            content_type: "text/csv".into(),
            format: "CSV".into(),
            bytes: Some(1),
            sha256: None,
            rows: Some(2),
            columns: columns.to_vec(),
            warning: None,
        }
    }

    fn names(draft: &Draft) -> Vec<&str> {
        draft.columns.iter().map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn links_and_paths_are_told_apart() {
        let typed = source(" https://example.org/a/wells.csv?key=1 ").unwrap();
        assert_eq!(typed, link("https://example.org/a/wells.csv?key=1"));
        assert_eq!(source(r#""C:\data\rain.csv""#).unwrap(), local(r"C:\data\rain.csv"));
        assert_eq!(source("  "), None);
    }

    #[test]
    fn a_file_is_called_by_its_name_and_among_its_likes_by_its_folder_too() {
        let alone = |source: &FileSource| called(source, std::slice::from_ref(source));
        assert_eq!(alone(&link("https://example.org/a/wells.csv?key=1/2")), "wells.csv");
        assert_eq!(alone(&local(r"C:\data\rain.csv")), "rain.csv");
        assert_eq!(alone(&local("/data/part #2.csv")), "part #2.csv");
        let all = [
            local("/data/2023/levels.csv"),
            local("/data/2024/levels.csv"),
            local("/old/data/2024/levels.csv"),
            local("/data/wells.csv"),
            link("https://example.org/levels.csv?of=1"),
            link("https://example.org/levels.csv?of=2"),
        ];
        assert_eq!(
            all.iter().map(|source| called(source, &all)).collect::<Vec<_>>(),
            [
                "2023/levels.csv",
                "/data/2024/levels.csv",
                "old/data/2024/levels.csv",
                "wells.csv",
                "https://example.org/levels.csv?of=1",
                "https://example.org/levels.csv?of=2",
            ],
            "where folders do not tell, the whole does"
        );
    }

    #[test]
    fn a_look_into_a_file_fills_only_what_is_empty() {
        let preview = preview("/x/wells_saxony-2024.csv", &[column_of("depth", "", 1), column_of("temp", "Number", 1)]);
        let mut draft = Draft { columns: vec![column_of("depth", "Depth of the well", 1)], ..Draft::default() };
        take_in(&mut draft, &preview);
        assert_eq!(draft.name, "Wells saxony 2024");
        assert_eq!(
            draft.columns.iter().map(|c| c.meaning.as_str()).collect::<Vec<_>>(),
            ["Depth of the well", "Number"]
        );
        draft.name = "Mine".into();
        take_in(&mut draft, &preview);
        assert_eq!((draft.name.as_str(), draft.columns.len()), ("Mine", 2));
    }

    #[test]
    fn a_file_that_is_taken_out_takes_its_columns_along() {
        let (one, two) = (local("/a/levels.csv"), local("/b/levels.csv"));
        let seen = vec![
            (one.clone(), vec![column_of("time", "", 1), column_of("level", "", 1)]),
            (two.clone(), vec![column_of("time", "", 9), column_of("depth", "", 9)]),
        ];
        let mut draft = Draft {
            files: vec![one.clone(), two.clone()],
            columns: vec![
                column_of("time", "When", 9),
                column_of("level", "How high", 1),
                column_of("depth", "How deep", 9),
            ],
            ..Draft::default()
        };
        take_out(&mut draft, &two, &seen);
        assert_eq!(draft.files, std::slice::from_ref(&one));
        assert_eq!(draft.columns, [column_of("time", "When", 1), column_of("level", "How high", 1)]);
        take_out(&mut draft, &one, &seen[..1]);
        assert!(draft.files.is_empty() && draft.columns.is_empty());
    }

    #[test]
    fn columns_nobody_has_seen_go_once_every_file_was_looked_into() {
        let (one, two) = (local("/a.csv"), local("/b.csv"));
        let mut draft = Draft {
            files: vec![one.clone(), two.clone()],
            columns: vec![column_of("level", "How high", 1), column_of("depth", "How deep", 1)],
            ..Draft::default()
        };
        // A draft from before: both files are still to be looked into, and one is taken out meanwhile.
        take_out(&mut draft, &one, &[]);
        assert_eq!(names(&draft), ["level", "depth"], "they may be of the other one");
        let mut seen = vec![(two, vec![column_of("depth", "", 1)])];
        settle(&mut draft, &seen);
        assert_eq!(draft.columns, [column_of("depth", "How deep", 1)]);
        seen.clear();
        draft.files.clear();
        settle(&mut draft, &seen);
        assert!(draft.columns.is_empty(), "without files there are no columns");
    }
}
