//! Looking into a file before it is listed: what it is, how long, its hash, its columns.
//! One pass over the bytes, constant memory.

mod kind;
mod table;

pub use kind::{Kind, kind_of, looks_like_html, name_of_url, safe_name};

use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

/// What one pass over a file found.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// Its name, safe to show.
    pub name: String,
    /// What kind of file it is.
    pub kind: Kind,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Rows, where it is a table.
    pub rows: Option<u64>,
    /// Its columns, where it is a table.
    pub columns: Vec<api::ColumnView>,
    /// Whether it is a web page, whatever its name says.
    pub is_html: bool,
}

/// Reads a file once.
///
/// # Errors
/// Those of the file system; a folder is refused as `InvalidInput`.
pub fn inspect(path: &Path, mut progress: impl FnMut(u64)) -> io::Result<Inspected> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a file"));
    }
    let name = path.file_name().map(|n| safe_name(&n.to_string_lossy())).unwrap_or_default();
    let kind = kind_of(&name);
    let mut counted = Hashing { inner: file, hash: Sha256::new(), bytes: 0, head: Vec::new(), progress: &mut progress };
    let (rows, columns) = match kind.delimiter {
        Some(delimiter) => table::profile(BufReader::with_capacity(1 << 16, &mut counted), delimiter),
        None => (None, Vec::new()),
    };
    // A table that broke off is still hashed to its end.
    io::copy(&mut counted, &mut io::sink())?;
    Ok(Inspected {
        is_html: looks_like_html(&counted.head),
        bytes: counted.bytes,
        sha256: hex::encode(counted.hash.finalize()),
        name,
        kind,
        rows,
        columns,
    })
}

/// SHA-256 and length of a file.
///
/// # Errors
/// Those of the file system.
pub fn hash_file(path: &Path, mut progress: impl FnMut(u64)) -> io::Result<(String, u64)> {
    let mut counted =
        Hashing { inner: File::open(path)?, hash: Sha256::new(), bytes: 0, head: Vec::new(), progress: &mut progress };
    let mut buffer = vec![0; 1 << 16];
    while counted.read(&mut buffer)? != 0 {}
    Ok((hex::encode(counted.hash.finalize()), counted.bytes))
}

struct Hashing<'a, R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
    head: Vec<u8>,
    progress: &'a mut dyn FnMut(u64),
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        self.hash.update(read);
        if self.head.len() < 512 {
            self.head.extend(read.iter().take(512 - self.head.len()));
        }
        self.bytes += count as u64;
        (self.progress)(self.bytes);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_hashed_and_profiled_in_one_pass() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("levels.csv");
        std::fs::write(&path, "time,level\n2020-01-01,1\n2020-01-02,\n2020-01-03,3\n").unwrap();
        let found = inspect(&path, |_| {}).unwrap();
        assert_eq!((found.rows, found.columns.len()), (Some(3), 2));
        assert_eq!(found.columns[1].filled_permille, Some(666));
        assert_eq!(hash_file(&path, |_| {}).unwrap(), (found.sha256, found.bytes));
    }

    #[test]
    fn a_web_page_with_a_data_name_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::write(&path, "<!DOCTYPE html><html><body>Sign in</body></html>").unwrap();
        assert!(inspect(&path, |_| {}).unwrap().is_html);
        assert!(inspect(folder.path(), |_| {}).is_err(), "a folder is no file");
    }
}
