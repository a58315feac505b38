//! Looking into a file or a link.

use super::check::is_page;
use crate::{
    core::Core,
    errors,
    inspect::{self, kind_of, name_of_url},
};
use api::{ApiError, Code, FilePreview, FileSource, Sentence, sentence};
use futures_util::StreamExt as _;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use transport::Request;

/// A link is hashed up to this length: 1 GiB. Longer ones are listed as "cannot be verified".
const MAX_HASHED: u64 = 1 << 30;

impl Core {
    pub(crate) async fn look(
        &self,
        source: FileSource,
        progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<FilePreview, ApiError> {
        match source {
            FileSource::Local { path } => local(path, progress).await,
            FileSource::Link { url } => self.link(url, progress).await.map(|(preview, _)| preview),
        }
    }

    /// The same for what is about to be listed: a link to a web page is refused, for every buyer would get the page.
    pub(super) async fn look_for_listing(&self, source: FileSource) -> Result<FilePreview, ApiError> {
        let FileSource::Link { url } = source else { return self.look(source, |_| {}).await };
        let (preview, page) = self.link(url.clone(), |_| {}).await?;
        if page && !kind_of(&preview.name).content_type.contains("html") {
            return Err(ApiError::new(
                Code::Invalid,
                sentence!("{url} answers with a web page, not with data. Nothing was listed.", url),
                "Give the address of the file itself: links for sharing often lead to a page around it.",
            )
            .at("files"));
        }
        Ok(preview)
    }

    /// Looks at a link; also whether it leads to a web page.
    async fn link(&self, url: String, mut progress: impl FnMut(u64)) -> Result<(FilePreview, bool), ApiError> {
        let away = |why: Sentence| {
            ApiError::new(
                Code::Unreachable,
                sentence!("This link does not answer: {why}.", why),
                "Open it in a browser to see why.",
            )
            .at("files")
        };
        let response = self.foreign.send(Request::get(&url)).await.map_err(|e| away((&e).into()))?;
        if response.status != 200 {
            return Err(away(sentence!("it answers with error {status}", status = response.status)));
        }
        let name = name_of_url(&url);
        let kind = kind_of(&name);
        let stated = response.header("content-type").unwrap_or_default().to_owned();
        let length = response.header("content-length").and_then(|h| h.parse::<u64>().ok());
        let mut stream = std::pin::pin!(response.into_stream());
        let (mut hash, mut bytes, mut head) = (Sha256::new(), 0_u64, Vec::new());
        let mut whole = length.is_none_or(|l| l <= MAX_HASHED);
        while whole && let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|e| away((&e).into()))?;
            hash.update(&chunk);
            bytes = bytes.saturating_add(chunk.len() as u64);
            if head.len() < 512 {
                head.extend(chunk.iter().take(512 - head.len()));
            }
            progress(bytes);
            whole = bytes <= MAX_HASHED;
        }
        let page = is_page(&stated, &head);
        let warning = match (page, whole) {
            (true, _) => Some("This link answers with a web page, not with data. Buyers would get the page."),
            (false, false) => Some("This link is too long to be checked: buyers cannot verify what they get."),
            (false, true) => None,
        };
        let content_type = match (kind.content_type, stated.split(';').next().unwrap_or_default().trim()) {
            ("application/octet-stream", stated) if !stated.is_empty() => stated.to_owned(),
            (known, _) => known.to_owned(),
        };
        let preview = FilePreview {
            source: FileSource::Link { url },
            name,
            content_type,
            format: kind.format.to_owned(),
            bytes: if whole { Some(bytes) } else { length },
            sha256: whole.then(|| hex::encode(hash.finalize())),
            rows: None,
            columns: Vec::new(),
            warning: warning.map(Sentence::from),
        };
        Ok((preview, page))
    }
}

async fn local(path: String, progress: impl FnMut(u64) + Send + 'static) -> Result<FilePreview, ApiError> {
    let place = PathBuf::from(&path);
    let shown = place.clone();
    let found = tokio::task::spawn_blocking(move || inspect::inspect(&place, progress))
        .await
        .map_err(|e| errors::internal(e.to_string()))?
        .map_err(|e| errors::disk(&shown, &e).at("files"))?;
    let warning = (found.is_html && found.kind.format != "Web page")
        .then(|| "This file is a web page, not data. It may have been saved from a login or share page.".into());
    Ok(FilePreview {
        source: FileSource::Local { path },
        name: found.name,
        content_type: found.kind.content_type.to_owned(),
        format: found.kind.format.to_owned(),
        bytes: Some(found.bytes),
        sha256: Some(found.sha256),
        rows: found.rows,
        columns: found.columns,
        warning,
    })
}
