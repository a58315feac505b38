//! The list of files with their places: what is encrypted under the listing's key (PROTOCOL 1.6, 5.1).

use crate::{
    json::{JsonError, Node},
    metadata::FileInfo,
};

/// Why a decrypted text is no list of files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileListError {
    /// No JSON, too large, or nested too deep.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// No list of objects with a `url` each.
    #[error("the decrypted list of files has no place for file {0}")]
    NoUrl(u64),
    /// No list at all, or an empty one.
    #[error("the decrypted list of files is empty")]
    Empty,
}

/// Writes the list as compact JSON, `url` first. Files without a place are left out.
pub fn file_list_json(files: &[FileInfo]) -> String {
    let files = files.iter().filter_map(|file| {
        let mut node = Node::object([("url", Node::text(file.url.as_deref()?))]);
        for (key, value) in file.to_node().members() {
            node.set(key.as_str(), value.clone());
        }
        Some(node)
    });
    Node::List(files.collect()).to_json()
}

/// Reads the list in whichever spacing it was written. Every file has a `url` then.
pub fn parse_file_list(bytes: &[u8]) -> Result<Vec<FileInfo>, FileListError> {
    let node = Node::parse(bytes)?;
    let files: Vec<FileInfo> =
        (0..).zip(node.elements()).map(|(place, file)| FileInfo::from_node(file, place)).collect();
    if files.is_empty() {
        return Err(FileListError::Empty);
    }
    match files.iter().find(|file| file.url.as_deref().unwrap_or_default().is_empty()) {
        Some(file) => Err(FileListError::NoUrl(file.index)),
        None => Ok(files),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_reads_back_with_its_places() {
        let file = |index, url: &str| FileInfo {
            index,
            url: Some(url.to_owned()),
            content_type: "text/csv".to_owned(),
            content_length: Some(5),
            ..FileInfo::default()
        };
        let files = vec![file(0, "https://example.com/é?a=%20b"), file(1, "ipfs://abc")];
        let text = file_list_json(&files);
        assert!(text.starts_with("[{\"url\":\"https://example.com/é?a=%20b\",\"index\":0,"));
        assert_eq!(parse_file_list(text.as_bytes()).unwrap(), files);
        let spaced = text.replace(',', ",\n  ");
        assert_eq!(parse_file_list(spaced.as_bytes()).unwrap(), files);
    }

    #[test]
    fn a_list_without_places_is_refused() {
        assert_eq!(parse_file_list(b"[{\"index\":4}]"), Err(FileListError::NoUrl(4)));
        assert_eq!(parse_file_list(b"{}"), Err(FileListError::Empty));
        assert!(matches!(parse_file_list(b"\0"), Err(FileListError::Json(_))));
    }
}
