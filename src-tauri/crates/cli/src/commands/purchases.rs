//! `neuston buy`, `download`, `agreements`, `resume`, `refund` and `library`

use super::market::price;
use crate::{
    arguments::{Buy, Download},
    paths::absolute,
    session::Session,
    shapes,
};
use api::{
    ApiError, Code, DownloadState, PublicationView, PublishStep, PurchaseState, PurchaseView, Sentence, StepKind,
    StepProgress,
};
use protocol::{AgreementId, Vodka};
use serde_json::json;
use std::io::{IsTerminal as _, Write as _};

pub(super) async fn buy(session: &Session, buy: Buy) -> Result<(), ApiError> {
    let quote = session.ask(api::GetQuote { did: buy.did, service: buy.service }).await?;
    let max = match &buy.max_price {
        Some(text) => Vodka::parse_ocean(text).map_err(|e| {
            ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), "Write the price like 12.50.")
                .at("max_price")
        })?,
        None => quote.price,
    };
    if quote.price > max {
        return Err(ApiError::new(
            Code::Changed,
            Sentence::verbatim(format!("It costs {}, more than {}.", price(quote.price), price(max))),
            "Raise --max-price, or leave it. Nothing was paid.",
        ));
    }
    if let Some(obstacle) = quote.obstacle {
        return Err(obstacle);
    }
    let accepted = if buy.without_refund { vec![api::Risk::NoTimeLimit] } else { Vec::new() };
    if !session.yes() && buy.max_price.is_none() && std::io::stdin().is_terminal() {
        let otherwise = match quote.refund_after_blocks {
            0 => "Money back is not possible.".to_owned(),
            blocks => format!("If it is not opened within {blocks} blocks, your money comes back."),
        };
        let fee = match quote.fee_wei.is_zero() {
            true => String::new(),
            false => format!(", and a network fee of at most {} ether", quote.fee_wei.to_ocean()),
        };
        confirm(&format!("Buy “{}” for {}{fee}? {otherwise} [y/N] ", quote.name, price(quote.price)))?;
    }
    session.unlock().await?;
    let call = api::Buy { did: buy.did, service: buy.service, max_price: max, version: Some(quote.version), accepted };
    let view = session.ask(call).await?;
    let agreement = view.agreement;
    let view = follow(session, agreement, buy.until.as_deref()).await?;
    // Either the purchase or the error: one document.
    outcome(&view)?;
    let mut document = shapes::purchase(&view);
    document["feeAtMost"] = json!(quote.fee_wei.to_ocean());
    session.output.answer(&document, || told(&view));
    Ok(())
}

/// Prints each step as it is done, until the purchase is where it should be.
async fn follow(session: &Session, agreement: AgreementId, until: Option<&str>) -> Result<PurchaseView, ApiError> {
    let mut done = 0;
    loop {
        let view = session
            .wait("The purchase", || async move {
                let view = session.ask(api::GetPurchase { agreement }).await?;
                let count = steps_done(&view);
                Ok((count > done || reached(&view, until)).then_some(view))
            })
            .await;
        let view = match view {
            // Not only that it takes long, but what it waits for.
            Err(late) if late.code == Code::TimedOut => {
                let trouble = session.ask(api::GetPurchase { agreement }).await?.trouble;
                let why = trouble.map(|trouble| format!(" {}", trouble.message)).unwrap_or_default();
                let message = Sentence::verbatim(format!("{}{why}", late.message));
                return Err(ApiError::new(late.code, message, late.next));
            }
            view => view?,
        };
        for step in view.steps.iter().filter(|s| s.progress == StepProgress::Done).skip(done) {
            let line = json!({ "step": step.kind, "afterMs": step.after_ms, "tx": step.tx, "block": step.block });
            session.output.progress(&line, || format!("{:>7} ms  {}", step.after_ms.unwrap_or(0), words(step.kind)));
        }
        done = steps_done(&view);
        if reached(&view, until) {
            return Ok(view);
        }
    }
}

fn steps_done(view: &PurchaseView) -> usize {
    view.steps.iter().filter(|s| s.progress == StepProgress::Done).count()
}

fn reached(view: &PurchaseView, until: Option<&str>) -> bool {
    let rank = |state: PurchaseState| match state {
        PurchaseState::Confirmed => 0,
        PurchaseState::Created | PurchaseState::Locking => 1,
        PurchaseState::Locked => 2,
        PurchaseState::Granted => 3,
        _ => 4,
    };
    let wanted = match until {
        Some("created") => 1,
        Some("locked") => 2,
        Some("granted") => 3,
        _ => 9,
    };
    view.state.is_final() || rank(view.state) >= wanted
}

const fn words(step: StepKind) -> &'static str {
    match step {
        StepKind::Agreed => "You agreed to the terms",
        StepKind::OnRecord => "The agreement is on record",
        StepKind::SetAside => "Your money is set aside; nobody has it yet",
        StepKind::Opened => "The publisher opened it for you",
        StepKind::Keys => "The keys are in your hand",
        StepKind::Paid => "The publisher was paid",
        StepKind::TimeOver => "The time to open it is over",
        StepKind::MoneyBack => "Your money is back",
    }
}

fn told(view: &PurchaseView) -> String {
    let what = match view.state {
        PurchaseState::Completed => "It is yours. Download it with: neuston download",
        PurchaseState::Refunded => "Your money is back.",
        PurchaseState::Abandoned => "The purchase ended before any money moved.",
        _ => "It goes on by itself while Neuston runs; see: neuston agreements",
    };
    format!("{} ({})\n{what} {}", view.name, view.state.name(), view.agreement)
}

/// Ended without data is a failure of the command, though not of the money.
fn outcome(view: &PurchaseView) -> Result<(), ApiError> {
    match view.state {
        PurchaseState::Refunded | PurchaseState::Abandoned => Err(view.trouble.clone().unwrap_or_else(|| {
            let back = if view.price.is_zero() { "" } else { " Your money is back." };
            ApiError::new(
                Code::NotOpened,
                Sentence::verbatim(format!("The publisher did not open “{}” in time.{back}", view.name)),
                Sentence::verbatim(format!(
                    "Try again later, or tell the publisher. See neuston agreements {}",
                    view.agreement
                )),
            )
        })),
        _ => Ok(()),
    }
}

pub(super) fn confirm(question: &str) -> Result<(), ApiError> {
    let mut out = std::io::stderr().lock();
    let _ = write!(out, "{question}");
    let _ = out.flush();
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(ApiError::new(Code::Refused, "Nothing was bought.", "Answer y, or give --yes."))
}

pub(super) async fn agreements(session: &Session, id: Option<String>) -> Result<(), ApiError> {
    match id {
        Some(id) => {
            let agreement = number(&id)?;
            match session.ask(api::GetPurchase { agreement }).await {
                Ok(view) => session.output.answer(&shapes::purchase(&view), || told(&view)),
                // No purchase of this home: an agreement of another shape, or of others.
                Err(error) if error.code == Code::NotFound => return super::agreements::show(session, agreement).await,
                Err(error) => return Err(error),
            }
        }
        None => {
            let views = session.ask(api::ListPurchases {}).await?;
            session.output.answer(&shapes::list(views.iter().map(shapes::purchase).collect()), || {
                if views.is_empty() { "Nothing bought yet.".to_owned() } else { lines(&views) }
            });
        }
    }
    Ok(())
}

fn lines(views: &[PurchaseView]) -> String {
    views
        .iter()
        .map(|v| format!("{}  {}  {}  {}", v.agreement, v.state.name(), price(v.price), v.name))
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) fn number(text: &str) -> Result<AgreementId, ApiError> {
    text.parse().map_err(|e| {
        ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), "See the numbers with: neuston agreements")
    })
}

pub(super) async fn resume(session: &Session, id: Option<String>) -> Result<(), ApiError> {
    let agreement = id.as_deref().map(number).transpose()?;
    let publishing: Vec<u64> = match agreement {
        Some(_) => Vec::new(),
        None => {
            // Where this process opened the home, one may have failed just now; elsewhere it was told already.
            let new = |p: &&PublicationView| p.step != PublishStep::Failed || session.door.is_holder();
            publications(session).await?.iter().filter(new).map(|p| p.id).collect()
        }
    };
    session
        .wait("What is pending", || async move { Ok(nothing_left(session, agreement).await?.then_some(())) })
        .await?;
    if !publishing.is_empty() {
        // One that ended without a listing is not silently done.
        let left = publications(session).await?.into_iter().find(|p| publishing.contains(&p.id));
        if let Some(trouble) = left.and_then(|p| p.trouble) {
            return Err(trouble);
        }
    }
    let done = session.ask(api::ListPurchases {}).await?;
    session
        .output
        .answer(&shapes::list(done.iter().map(shapes::purchase).collect()), || "Nothing is pending.".to_owned());
    Ok(())
}

async fn publications(session: &Session) -> Result<Vec<PublicationView>, ApiError> {
    session.ask(api::ListPublications {}).await
}

/// Goes on with one purchase or with everything, and says whether all of it has ended. Unlocks where something waits
/// for that, which may show only after a while.
async fn nothing_left(session: &Session, agreement: Option<AgreementId>) -> Result<bool, ApiError> {
    let open = session.ask(api::Resume { agreement }).await?;
    if open.iter().any(|v| v.waiting_for == api::WaitingFor::Unlock) {
        session.unlock().await?;
    }
    if agreement.is_some() || !open.is_empty() {
        return Ok(open.is_empty());
    }
    let status = session.ask(api::GetStatus {}).await?;
    if status.waiting_for_unlock > 0 {
        session.unlock().await?;
    }
    let runs = |d: &api::DownloadView| matches!(d.state, DownloadState::Queued | DownloadState::Running);
    Ok(status.pending == 0 && !session.ask(api::ListDownloads {}).await?.iter().any(runs))
}

pub(super) async fn refund(session: &Session, id: &str) -> Result<(), ApiError> {
    let agreement = number(id)?;
    session.ask(api::Refund { agreement }).await?;
    let view = session
        .wait("The refund", || async move {
            let view = session.ask(api::GetPurchase { agreement }).await?;
            Ok(view.state.is_final().then_some(view))
        })
        .await?;
    session.output.answer(&shapes::purchase(&view), || told(&view));
    Ok(())
}

pub(super) async fn download(session: &Session, download: Download) -> Result<(), ApiError> {
    let library = session.ask(api::ListLibrary {}).await?;
    let wanted = download.what.trim();
    let asset = library
        .iter()
        .find(|a| wanted == a.did.to_string() || wanted == a.agreement.to_string() || wanted == a.did.bare_hex())
        .ok_or_else(|| {
            ApiError::new(Code::NotFound, "This is not in your library.", "See what is there with: neuston library")
        })?;
    let folder = absolute(&download.to)?;
    let call = api::StartDownload { agreement: asset.agreement, index: download.index, folder };
    let started: Vec<u64> = session.ask(call).await?.iter().map(|d| d.id).collect();
    let wanted = &started;
    let views = session
        .wait("The download", || async move {
            let all = session.ask(api::ListDownloads {}).await?;
            let ours: Vec<_> = all.into_iter().filter(|d| wanted.contains(&d.id)).collect();
            let over = |s| matches!(s, DownloadState::Done | DownloadState::Failed | DownloadState::Cancelled);
            Ok(ours.iter().all(|d| over(d.state)).then_some(ours))
        })
        .await?;
    if let Some(trouble) = views.iter().find_map(|v| v.trouble.clone()) {
        return Err(trouble);
    }
    let files: Vec<_> = views.iter().map(shapes::download).collect();
    session.output.answer(&json!({ "files": files }), || {
        let verdict = |v: &api::DownloadView| match v.verdict {
            api::Verdict::Verified => "verified",
            api::Verdict::Unverifiable => "cannot be verified",
            _ => "not what was sold",
        };
        views.iter().map(|v| format!("{}  {} bytes, {}", v.path, v.done, verdict(v))).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// Rebuilds purchases and listings from the chain, and tells how far that is.
pub(super) async fn rebuilt(session: &Session) -> Result<Vec<api::OwnedAsset>, ApiError> {
    let mut news = session.door.events().await?;
    let asked = session.ask(api::RebuildLibrary { password: session.password().ok() });
    tokio::pin!(asked);
    let mut told = None;
    loop {
        let event = tokio::select! {
            done = &mut asked => return done,
            Some(event) = news.next() => event,
        };
        let api::Event::Status(api::Status { rebuild: Some(now), .. }) = event else { continue };
        if told.replace(now) != Some(now) {
            session.output.progress(&json!({ "rebuild": now }), || match now.of {
                0 => format!("looking on the chain for what you own: block {} of {}", now.at, now.to),
                of => format!("{} of {of} found things brought back", now.done),
            });
        }
    }
}

pub(super) async fn library(session: &Session, rebuild: bool) -> Result<(), ApiError> {
    let assets = if rebuild {
        session.unlock().await?;
        rebuilt(session).await?
    } else {
        session.ask(api::ListLibrary {}).await?
    };
    session.output.answer(&shapes::list(assets.iter().map(shapes::owned).collect()), || {
        if assets.is_empty() {
            return "Nothing bought yet. See what there is with: neuston search".to_owned();
        }
        assets.iter().map(|a| format!("{}  {}  {}", a.did, price(a.price), a.name)).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}
