//! `neuston publish`, `edit` and `unlist`

use crate::{
    arguments::{Edit, Publish},
    duration,
    paths::absolute,
    session::Session,
    shapes,
};
use api::{ApiError, Code, ColumnView, Draft, FileSource, ListingChanges, PublicationView, PublishStep, Sentence};
use protocol::Did;
use serde::Deserialize;
use serde_json::json;
use std::path::Path;

/// What a metadata file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Metadata {
    name: String,
    author: String,
    license: String,
    price: String,
    description: String,
    categories: Vec<String>,
    tags: Vec<String>,
    columns: Vec<Column>,
    created: String,
    files: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Column {
    name: String,
    meaning: String,
    unit: String,
}

pub(super) async fn publish(session: &Session, arguments: Publish) -> Result<(), ApiError> {
    let draft = draft(arguments)?;
    session.unlock().await?;
    let view = session.ask(api::Publish { draft }).await?;
    let id = view.id;
    let mut last = None;
    let view = session
        .wait("Publishing", || async move { session.ask(api::GetPublication { id }).await.map(Some) })
        .await
        .map(|first: PublicationView| first)?;
    let mut view = view;
    while !matches!(view.step, PublishStep::Listed | PublishStep::Failed) {
        if last != Some(view.step) {
            last = Some(view.step);
            let now = view.clone();
            session.output.progress(&shapes::publication(&now), || words(now.step).to_owned());
        }
        let seen = view.step;
        view = session
            .wait("Publishing", || async move {
                let now = session.ask(api::GetPublication { id }).await?;
                Ok((now.step != seen).then_some(now))
            })
            .await?;
    }
    match view.trouble {
        Some(trouble) if view.step == PublishStep::Failed => Err(trouble),
        _ => {
            session.output.answer(&shapes::publication(&view), || {
                format!("Listed: {}\n{}", view.name, view.did.map(|d| d.to_string()).unwrap_or_default())
            });
            Ok(())
        }
    }
}

const fn words(step: PublishStep) -> &'static str {
    match step {
        PublishStep::Reading => "Reading the files",
        PublishStep::Encrypting => "Encrypting where the files are",
        PublishStep::Registering => "Putting the listing on record",
        PublishStep::Listing => "Telling the catalogue",
        PublishStep::Listed => "Listed",
        PublishStep::Failed => "It cannot go on",
    }
}

fn draft(arguments: Publish) -> Result<Draft, ApiError> {
    let metadata = match &arguments.metadata {
        Some(path) => read(path)?,
        None => Metadata::default(),
    };
    let files = if arguments.file.is_empty() { metadata.files } else { arguments.file };
    let files = files.into_iter().map(source).collect::<Result<Vec<_>, _>>()?;
    let deliver = arguments.deliver_within.as_deref().map(|t| time(t, "deliver_within")).transpose()?.unwrap_or(0);
    let access = match arguments.access_for.as_deref() {
        None | Some("forever") => 0,
        Some(text) => time(text, "access_for")?,
    };
    let or = |typed: Option<String>, file: String| typed.unwrap_or(file);
    Ok(Draft {
        name: or(arguments.name, metadata.name),
        author: or(arguments.author, metadata.author),
        license: or(arguments.license, metadata.license),
        price: or(arguments.price, metadata.price),
        description: or(arguments.description, metadata.description),
        categories: if arguments.category.is_empty() { metadata.categories } else { arguments.category },
        tags: if arguments.tag.is_empty() { metadata.tags } else { arguments.tag },
        created: metadata.created,
        files,
        columns: metadata
            .columns
            .into_iter()
            .map(|c| ColumnView {
                name: c.name,
                meaning: c.meaning,
                unit: c.unit,
                profile: Vec::new(),
                filled_permille: None,
            })
            .collect(),
        deliver_within_seconds: deliver,
        access_seconds: access,
        ..Draft::default()
    })
}

fn time(text: &str, field: &str) -> Result<u64, ApiError> {
    duration::seconds(text).map_err(|e| {
        ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), "Write it like 30m or 2h.").at(field)
    })
}

fn source(text: String) -> Result<FileSource, ApiError> {
    if text.starts_with("http://") || text.starts_with("https://") {
        return Ok(FileSource::Link { url: text });
    }
    Ok(FileSource::Local { path: absolute(Path::new(&text))? })
}

fn read(path: &Path) -> Result<Metadata, ApiError> {
    let wrong = |why: String| {
        ApiError::new(
            Code::Invalid,
            Sentence::verbatim(why),
            "Check the file; `neuston publish --help` names what it may say.",
        )
        .at("metadata")
    };
    let text = std::fs::read_to_string(path)
        .map_err(|e| wrong(format!("The file {} cannot be read: {e}.", path.display())))?;
    serde_json::from_str(&text).map_err(|e| wrong(format!("The file {} is not as expected: {e}.", path.display())))
}

pub(super) async fn edit(session: &Session, edit: Edit) -> Result<(), ApiError> {
    session.unlock().await?;
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    let changes = ListingChanges {
        name: edit.name,
        description: edit.description,
        price: edit.price,
        categories: some(edit.category),
        tags: some(edit.tag),
    };
    if changes == ListingChanges::default() {
        return Err(ApiError::new(Code::Invalid, "Nothing to change.", "Name what changes, like --price 5."));
    }
    let listing = session.ask(api::EditListing { did: edit.did, changes }).await?;
    session.output.answer(&shapes::mine(&listing), || format!("Changed: {}", listing.name));
    Ok(())
}

pub(super) async fn unlist(session: &Session, did: Did) -> Result<(), ApiError> {
    session.unlock().await?;
    let listings = session.ask(api::Unlist { did }).await?;
    let document = listings.iter().find(|l| l.did == did).map_or_else(|| json!({ "did": did }), shapes::mine);
    session.output.answer(&document, || "Search does not find it any more. Whoever bought it keeps it.".to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_and_a_path_are_told_apart() {
        assert!(matches!(source("https://example.org/a.csv".into()), Ok(FileSource::Link { .. })));
        assert!(
            matches!(source("a.csv".into()), Ok(FileSource::Local { path }) if path.ends_with("a.csv") && path.len() > 5)
        );
    }
}
