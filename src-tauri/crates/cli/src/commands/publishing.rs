//! `neuston publish`, `edit` and `unlist`

use super::metadata::{self, Metadata};
use crate::{
    arguments::{Edit, Publish},
    duration,
    failure::{Failure, or_see},
    output::Output,
    paths::absolute,
    session::{Seen, Session},
    shapes,
};
use api::{ApiError, Code, Draft, FileSource, ListingChanges, PublishStep, Sentence};
use protocol::Did;
use serde_json::json;
use std::path::Path;

/// The longest time a buyer's money may be set aside: 30 days.
const LONGEST: u64 = 30 * 86_400;
/// Where one's own listings are looked up.
const LISTINGS: &str = "neuston search --publisher ADDRESS; neuston wallet show has yours";

pub(super) async fn publish(session: &Session, arguments: Publish) -> Result<(), Failure> {
    let draft = draft(arguments, session.output)?;
    session.unlock().await?;
    let id = session.ask(api::Publish { draft }).await?.id;
    let over = |step| matches!(step, PublishStep::Listed | PublishStep::Failed);
    let mut told: Option<PublishStep> = None;
    let view = loop {
        let view = session
            .wait("Publishing", || async move {
                let now = session.ask(api::GetPublication { id }).await?;
                Ok(match told == Some(now.step) && !over(now.step) {
                    true => Seen::Yet(now.done, now.trouble),
                    false => Seen::Done(now),
                })
            })
            .await?;
        if over(view.step) {
            break view;
        }
        told = Some(view.step);
        session.output.progress(&shapes::publication(&view), || words(view.step).to_owned());
    };
    if view.step == PublishStep::Failed {
        let unsaid = || ApiError::new(Code::Internal, "It ended without a listing.", "Publish it again.");
        return Err(Failure::unlisted(view.trouble.unwrap_or_else(unsaid)));
    }
    session.output.answer(&shapes::publication(&view), || {
        format!("Listed: {}\n{}", view.name, view.did.map(|d| d.to_string()).unwrap_or_default())
    });
    Ok(())
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

fn draft(arguments: Publish, output: Output) -> Result<Draft, ApiError> {
    let typed = [
        ("name", arguments.name.is_some()),
        ("author", arguments.author.is_some()),
        ("license", arguments.license.is_some()),
        ("price", arguments.price.is_some()),
        ("files", !arguments.file.is_empty()),
    ];
    let typed: Vec<&str> = typed.into_iter().filter_map(|(key, typed)| typed.then_some(key)).collect();
    let metadata = match &arguments.metadata {
        Some(path) => metadata::read(path, &typed)?,
        None => Metadata::default(),
    };
    if !metadata.left_out.is_empty() {
        let left_out = metadata.left_out.join(", ");
        output.progress(&json!({ "leftOut": metadata.left_out }), || format!("Not published: {left_out}"));
    }
    let files = if arguments.file.is_empty() { metadata.files } else { arguments.file };
    let files = files.into_iter().map(source).collect::<Result<Vec<_>, _>>()?;
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
        columns: metadata.columns,
        deliver_within_seconds: arguments.deliver_within.as_deref().map(deliver_within).transpose()?.unwrap_or(0),
        access_seconds: arguments.access_for.as_deref().map(access_for).transpose()?.unwrap_or(0),
        ..Draft::default()
    })
}

/// Of a draft's times 0 says "what is usual" and "for ever": whoever types 0 means neither.
fn deliver_within(text: &str) -> Result<u64, ApiError> {
    match time(text, "deliver_within")? {
        seconds @ 1..=LONGEST => Ok(seconds),
        _ => Err(ApiError::new(
            Code::Invalid,
            "A purchase is to be opened within 30 days at most, and not within no time.",
            "Write it like 30m or 2h.",
        )
        .at("deliver_within")),
    }
}

fn access_for(text: &str) -> Result<u64, ApiError> {
    match text {
        "forever" => Ok(0),
        text => match time(text, "access_for")? {
            0 => Err(ApiError::new(
                Code::Invalid,
                "In no time nobody can fetch anything.",
                "Write it like 30d, or forever.",
            )
            .at("access_for")),
            seconds => Ok(seconds),
        },
    }
}

fn time(text: &str, field: &str) -> Result<u64, ApiError> {
    duration::seconds(text).map_err(|e| {
        ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), "Write it like 30m or 2h.").at(field)
    })
}

fn source(text: String) -> Result<FileSource, ApiError> {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => Ok(FileSource::Link { url: text }),
        _ => Ok(FileSource::Local { path: absolute(Path::new(&text))? }),
    }
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
    let listing = session.ask(api::EditListing { did: edit.did, changes }).await.map_err(or_see(LISTINGS))?;
    session.output.answer(&shapes::mine(&listing), || format!("Changed: {}", listing.name));
    Ok(())
}

pub(super) async fn unlist(session: &Session, did: Did) -> Result<(), ApiError> {
    session.unlock().await?;
    let listings = session.ask(api::Unlist { did }).await.map_err(or_see(LISTINGS))?;
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
        assert!(matches!(source("HTTPS://example.org/a.csv".into()), Ok(FileSource::Link { .. })));
    }

    #[test]
    fn no_time_is_not_for_ever_and_money_is_not_set_aside_for_years() {
        assert_eq!((access_for("forever"), access_for("30d")), (Ok(0), Ok(2_592_000)));
        assert_eq!((deliver_within("4s"), deliver_within("30d")), (Ok(4), Ok(LONGEST)));
        for (refused, field) in [
            (access_for("0"), "access_for"),
            (access_for("0d"), "access_for"),
            (deliver_within("0"), "deliver_within"),
            (deliver_within("31d"), "deliver_within"),
            (deliver_within("soon"), "deliver_within"),
        ] {
            let error = refused.unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some(field)));
        }
    }
}
