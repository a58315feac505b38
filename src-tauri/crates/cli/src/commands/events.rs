//! `neuston events`: what the contracts logged, as it was and as it comes.

use crate::{
    arguments::{EventPart, Events},
    session::Session,
    shapes,
};
use api::{ApiError, ChainEvent, ChainEventFilter, ChainEventPage, Code, ListChainEvents, Part};
use protocol::Address;
use serde_json::json;
use std::{io::Write as _, time::Duration};

/// Events asked for at once.
const PAGE: u32 = 500;
/// While following: how often it is looked even if nothing is told.
const LOOK: Duration = Duration::from_secs(1);

pub(super) async fn run(session: &Session, asked: Events) -> Result<(), ApiError> {
    let account = match asked.address {
        Some(address) => Some(address),
        None if asked.all || asked.about.is_some() => None,
        None => Some(own(session).await?),
    };
    let filter = filter(&asked, account);
    if asked.follow {
        return follow(session, filter).await;
    }
    let mut events: Vec<ChainEvent> = Vec::new();
    let mut bookmark = None;
    let last = loop {
        let page = session.ask(ListChainEvents { filter: filter.clone(), bookmark, most: PAGE }).await?;
        if let Some(void) = page.void_from {
            events.retain(|event| event.block < void);
        }
        let more = !page.events.is_empty();
        events.extend(page.events.iter().cloned());
        bookmark = Some(page.bookmark);
        if !more {
            break page;
        }
    };
    let document = json!({
        "results": events.iter().map(shapes::event).collect::<Vec<_>>(), "page": 1, "total": events.len(),
        "block": last.at, "newest": last.to, "trouble": last.trouble,
    });
    session.output.answer(&document, || {
        let mut lines: Vec<String> = events.iter().map(line).collect();
        lines.push(how_far(&last));
        lines.join("\n")
    });
    Ok(())
}

/// Prints until it is ended: one line of JSON for each event where JSON was asked for.
async fn follow(session: &Session, filter: ChainEventFilter) -> Result<(), ApiError> {
    let mut news = session.door.events().await?;
    let mut bookmark = None;
    let mut told = None;
    loop {
        let page = session.ask(ListChainEvents { filter: filter.clone(), bookmark, most: PAGE }).await?;
        bookmark = Some(page.bookmark);
        let mut lines = Vec::new();
        if let Some(void) = page.void_from {
            lines.push(match session.output.json {
                true => json!({ "voidFrom": void }).to_string(),
                false => format!("the chain has changed: what was told from block {void} on is void"),
            });
        }
        lines.extend(page.events.iter().map(|event| match session.output.json {
            true => shapes::event(event).to_string(),
            false => line(event),
        }));
        if !lines.is_empty() {
            let mut to = std::io::stdout().lock();
            if writeln!(to, "{}", lines.join("\n")).and_then(|()| to.flush()).is_err() {
                // Whoever read has gone: that is how this ends.
                return Ok(());
            }
        }
        if told != Some((page.at, page.to)) && page.at != Some(page.to) {
            let document = json!({ "block": page.at, "newest": page.to, "eventsPerSecond": page.per_second });
            session.output.progress(&document, || how_far(&page));
        }
        told = Some((page.at, page.to));
        if page.events.is_empty() {
            let _ = tokio::time::timeout(LOOK, news.next()).await;
        }
    }
}

/// The account in use.
async fn own(session: &Session) -> Result<Address, ApiError> {
    session.ask(api::GetAccount {}).await?.address.ok_or_else(|| {
        ApiError::new(
            Code::NoAccount,
            "There is no account in this home yet whose events these could be.",
            "Say whose with --address, or --all for everybody's.",
        )
    })
}

fn filter(asked: &Events, account: Option<Address>) -> ChainEventFilter {
    let part = match asked.part {
        EventPart::From => Part::From,
        EventPart::To => Part::To,
        EventPart::Both => Part::Both,
    };
    let (about, topics, since) = (asked.about, asked.topic.clone(), asked.since);
    ChainEventFilter { account, part, about, topics, since }
}

fn line(event: &ChainEvent) -> String {
    let mut words = vec![format!("{}.{}", event.block, event.index), event.topic.clone()];
    words.extend(event.about.map(|about| about.to_string()));
    words.extend(event.from.map(|from| format!("from {from}")));
    words.extend(event.to.map(|to| format!("to {to}")));
    words.extend(event.amount.map(|amount| amount.to_people()));
    words.join("  ")
}

fn how_far(page: &ChainEventPage) -> String {
    let at = page.at.map_or_else(|| "no block".to_owned(), |at| format!("block {at}"));
    let trouble = page.trouble.as_ref().map(|why| format!("; it does not go on: {why}")).unwrap_or_default();
    format!("{at} of {}{trouble}", page.to)
}
