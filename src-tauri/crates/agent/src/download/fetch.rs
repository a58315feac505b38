//! One run of one download.

use super::{Source, Steer, place};
use crate::{errors, inspect::looks_like_html, store::DownloadRow};
use api::{ApiError, Code, Sentence, Verdict, sentence};
use futures_util::StreamExt as _;
use sha2::{Digest, Sha256};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{
    fs::{File, OpenOptions},
    io::{AsyncReadExt, AsyncWriteExt, BufWriter},
    sync::watch,
};
use transport::{Http, Request};

/// How often progress is told.
const TELL: Duration = Duration::from_millis(100);
/// Tries without a single new byte before giving up.
const TRIES: u32 = 5;

/// How a run ended.
pub(crate) enum End {
    /// The file is in its place.
    Saved { path: PathBuf, sha256: String, verdict: Verdict },
    /// It is not what was sold.
    Different { sha256: String, kept: PathBuf },
    /// Somebody stopped it.
    Stopped(Steer),
    /// It cannot go on now.
    Failed(ApiError),
}

pub(crate) struct Fetch<'a, T> {
    pub(crate) http: &'a Http,
    pub(crate) source: &'a Source,
    pub(crate) wish: &'a mut watch::Receiver<Steer>,
    pub(crate) tell: &'a T,
}

/// The part on the disk, open at its end, and the hash of what is in it.
struct Part {
    file: BufWriter<File>,
    hash: Sha256,
    head: Vec<u8>,
}

/// How one connection ended.
enum Connection {
    Complete,
    Broken(ApiError),
    /// The server starts over: what is there does not fit.
    Restart,
    Stopped(Steer),
    Final(ApiError),
}

impl<T: Fn(&DownloadRow, u64)> Fetch<'_, T> {
    pub(crate) async fn run(mut self, row: &mut DownloadRow) -> End {
        let part_path = place::part(Path::new(&row.path));
        if let Some(sha256) = in_place(row, &part_path).await {
            return End::Saved { path: PathBuf::from(&row.path), sha256, verdict: Verdict::Verified };
        }
        let mut part = match open_part(&part_path, row).await {
            Ok(part) => part,
            Err(error) => return End::Failed(errors::disk(&part_path, &error)),
        };
        (self.tell)(row, 0);
        let mut tries = 0;
        loop {
            let before = row.done;
            let ended = if row.total == Some(row.done) && row.done > 0 {
                Connection::Complete
            } else {
                self.connection(row, &mut part).await
            };
            // What came is on the disk before anybody is told how it ended.
            if let Err(error) = part.file.flush().await {
                return End::Failed(errors::disk(&part_path, &error));
            }
            match ended {
                Connection::Complete => return self.complete(row, part, &part_path).await,
                Connection::Stopped(steer) => return End::Stopped(steer),
                Connection::Final(error) => return End::Failed(error),
                Connection::Restart => {
                    part = match fresh_part(&part_path, row).await {
                        Ok(part) => part,
                        Err(error) => return End::Failed(errors::disk(&part_path, &error)),
                    };
                }
                Connection::Broken(error) if row.done == before => {
                    tries += 1;
                    if tries >= TRIES {
                        return End::Failed(error);
                    }
                    let pause = Duration::from_millis(200 << tries.min(6));
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        stop = self.wish.wait_for(|w| *w != Steer::Go) => {
                            return End::Stopped(stop.map_or(Steer::Pause, |w| *w));
                        }
                    }
                }
                Connection::Broken(_) => tries = 0,
            }
        }
    }

    async fn connection(&mut self, row: &mut DownloadRow, part: &mut Part) -> Connection {
        let Source { agreement, consumer, consume_endpoint, url, .. } = self.source;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("serviceAgreementId", &agreement.hex())
            .append_pair("consumerAddress", &consumer.to_string())
            .append_pair("url", url)
            .finish();
        let mut request = Request::get(format!("{consume_endpoint}?{query}"));
        if row.done > 0 {
            request = request.header("range", &format!("bytes={}-", row.done));
        }
        // Whoever stops it does not wait for a computer that does not answer.
        let sent = tokio::select! {
            sent = self.http.send(request) => sent,
            stop = self.wish.wait_for(|w| *w != Steer::Go) => {
                return Connection::Stopped(stop.map_or(Steer::Pause, |w| *w));
            }
        };
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Connection::Broken(unreachable(&error)),
        };
        match response.status {
            200 if row.done > 0 => return Connection::Restart,
            200 | 206 => {}
            416 if row.total.is_none() => return Connection::Complete,
            416 => return Connection::Restart,
            401 | 403 => return Connection::Final(refused()),
            404 | 410 => return Connection::Final(gone()),
            other => return Connection::Broken(answered(other)),
        }
        if let Some(total) = total(&response, row.done) {
            row.total = Some(total);
        }
        let mut bytes = std::pin::pin!(response.into_stream());
        let (mut told, mut since) = (Instant::now(), row.done);
        loop {
            let chunk = tokio::select! {
                chunk = bytes.next() => chunk,
                stop = self.wish.wait_for(|w| *w != Steer::Go) => {
                    return Connection::Stopped(stop.map_or(Steer::Pause, |w| *w));
                }
            };
            match chunk {
                None if row.total.is_none_or(|total| total <= row.done) => return Connection::Complete,
                None => return Connection::Broken(cut()),
                Some(Err(error)) => return Connection::Broken(unreachable(&error)),
                Some(Ok(chunk)) => {
                    if let Err(error) = part.file.write_all(&chunk).await {
                        return Connection::Final(errors::disk(Path::new(&row.path), &error));
                    }
                    part.take(&chunk);
                    row.done += chunk.len() as u64;
                }
            }
            let passed = told.elapsed();
            if passed >= TELL {
                (self.tell)(row, speed(row.done.saturating_sub(since), passed));
                (told, since) = (Instant::now(), row.done);
            }
        }
    }

    async fn complete(self, row: &mut DownloadRow, part: Part, part_path: &Path) -> End {
        let Part { file, hash, head } = part;
        if let Err(error) = file.get_ref().sync_all().await {
            return End::Failed(errors::disk(part_path, &error));
        }
        drop(file);
        let sha256 = hex::encode(hash.finalize());
        row.total = Some(row.done);
        let wanted = PathBuf::from(&row.path);
        let page = looks_like_html(&head) && !self.source.file.content_type.contains("html");
        let verdict = match &row.expected {
            Some(expected) if *expected == sha256 => Verdict::Verified,
            Some(_) => Verdict::Different,
            None if page => Verdict::Different,
            None => Verdict::Unverifiable,
        };
        if verdict == Verdict::Different {
            let kept = place::apart(&wanted);
            return match tokio::fs::rename(part_path, &kept).await {
                Ok(()) => End::Different { sha256, kept },
                Err(error) => End::Failed(errors::disk(part_path, &error)),
            };
        }
        match settle(part_path, &wanted).await {
            Ok(path) => End::Saved { path, sha256, verdict },
            Err(error) => End::Failed(errors::disk(part_path, &error)),
        }
    }
}

impl Part {
    fn take(&mut self, chunk: &[u8]) {
        self.hash.update(chunk);
        if self.head.len() < 512 {
            self.head.extend(chunk.iter().take(512 - self.head.len()));
        }
    }
}

/// The hash of the file that is in its place already, where it is exactly what was sold: the process ended right after
/// it had been given its name. Where that cannot be told it is loaded again under another name rather than guessed at.
async fn in_place(row: &mut DownloadRow, part: &Path) -> Option<String> {
    let (expected, place) = (row.expected.clone()?, PathBuf::from(&row.path));
    if !matches!(tokio::fs::try_exists(part).await, Ok(false))
        || !matches!(tokio::fs::try_exists(&place).await, Ok(true))
    {
        return None;
    }
    let hashed = tokio::task::spawn_blocking(move || crate::inspect::hash_file(&place, |_| {})).await;
    let Ok(Ok((sha256, bytes))) = hashed else { return None };
    if sha256 != expected {
        return None;
    }
    (row.done, row.total) = (bytes, Some(bytes));
    Some(sha256)
}

/// Gives the part its name; see [`in_place`] for a crash right after that.
async fn settle(part: &Path, wanted: &Path) -> std::io::Result<PathBuf> {
    let place = match (tokio::fs::try_exists(wanted).await?, wanted.parent(), wanted.file_name()) {
        (true, Some(folder), Some(name)) => place::choose(folder, &name.to_string_lossy(), &HashSet::new()).await?,
        _ => wanted.to_owned(),
    };
    tokio::fs::rename(part, &place).await?;
    if let Some(folder) = place.parent() {
        // The name is durable only with its folder; systems that cannot do this keep it anyway.
        if let Ok(folder) = File::open(folder).await {
            folder.sync_all().await?;
        }
    }
    Ok(place)
}

async fn open_part(path: &Path, row: &mut DownloadRow) -> std::io::Result<Part> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).await?;
    let mut part = Part { hash: Sha256::new(), head: Vec::new(), file: BufWriter::new(file.try_clone().await?) };
    let mut buffer = vec![0; 1 << 18];
    row.done = 0;
    loop {
        let count = file.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        part.take(buffer.get(..count).unwrap_or_default());
        row.done += count as u64;
    }
    if row.total.is_some_and(|total| row.done > total) {
        return fresh_part(path, row).await;
    }
    part.file = BufWriter::with_capacity(1 << 18, file);
    Ok(part)
}

async fn fresh_part(path: &Path, row: &mut DownloadRow) -> std::io::Result<Part> {
    row.done = 0;
    let file = OpenOptions::new().create(true).write(true).truncate(true).open(path).await?;
    Ok(Part { hash: Sha256::new(), head: Vec::new(), file: BufWriter::with_capacity(1 << 18, file) })
}

/// Bytes per second.
fn speed(bytes: u64, passed: Duration) -> u64 {
    (bytes as f64 / passed.as_secs_f64()) as u64
}

/// The file's whole length, as the answer says it.
fn total(response: &transport::Response, from: u64) -> Option<u64> {
    let ranged = response.header("content-range").and_then(|h| h.rsplit_once('/')).and_then(|(_, t)| t.parse().ok());
    ranged.or_else(|| response.header("content-length")?.parse::<u64>().ok().map(|left| left.saturating_add(from)))
}

fn unreachable(error: &transport::TransportError) -> ApiError {
    ApiError::new(
        Code::Unreachable,
        sentence!("The publisher's computer does not answer: {why}.", why = Sentence::from(error)),
        "Try again later; what was loaded so far is kept.",
    )
}

fn cut() -> ApiError {
    ApiError::new(
        Code::Unreachable,
        "The publisher's computer stopped in the middle of the file.",
        "Try again; what was loaded so far is kept.",
    )
}

fn answered(status: u16) -> ApiError {
    ApiError::new(
        Code::Unreachable,
        sentence!("The publisher's computer answers with error {status}.", status),
        "Try again later; what was loaded so far is kept.",
    )
}

fn refused() -> ApiError {
    ApiError::new(
        Code::Refused,
        "The publisher's computer does not give this file out any more: the time to fetch it may be over.",
        "See until when it can be fetched in your library.",
    )
}

fn gone() -> ApiError {
    ApiError::new(
        Code::NotFound,
        "The publisher does not have this file any more.",
        "Ask the publisher; your purchase and its receipt stay.",
    )
}

#[cfg(test)]
mod tests;
