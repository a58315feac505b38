//! `neuston agreements`, `resume`, `refund`, `library` and `download`

use super::{
    buying::{steps_done, told},
    market::price,
};
use crate::{
    arguments::Download,
    failure::{Failure, or_see},
    paths::absolute,
    session::{Seen, Session},
    shapes,
};
use api::{ApiError, Code, DownloadState, OwnedAsset, PublicationView, PublishStep, PurchaseView, Sentence};
use protocol::{AgreementId, Did};
use serde_json::json;
use std::cmp::Reverse;

/// Where purchases are looked up.
const PURCHASES: &str = "neuston agreements";

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

pub(super) async fn resume(session: &Session, id: Option<String>) -> Result<(), Failure> {
    let agreement = id.as_deref().map(number).transpose()?;
    let publishing: Vec<u64> = match agreement {
        Some(_) => Vec::new(),
        None => {
            // Where this process opened the home, one may have failed just now; elsewhere it was told already.
            let new = |p: &&PublicationView| p.step != PublishStep::Failed || session.door.is_holder();
            publications(session).await?.iter().filter(new).map(|p| p.id).collect()
        }
    };
    session.wait("What is pending", || pending(session, agreement)).await?;
    if !publishing.is_empty() {
        // One that ended without a listing is not silently done.
        let left = publications(session).await?.into_iter().find(|p| publishing.contains(&p.id));
        if let Some(trouble) = left.and_then(|p| p.trouble) {
            return Err(Failure::unlisted(trouble));
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

/// How far what is pending is: what begins by itself once purchases are over, how much is left, steps, bytes.
type Far = (bool, Reverse<usize>, usize, u64);

/// Goes on with one purchase or with everything, and says whether all of it has ended. Unlocks where something waits
/// for that, which may show only after a while.
async fn pending(session: &Session, agreement: Option<AgreementId>) -> Result<Seen<(), Far>, ApiError> {
    let open = session.ask(api::Resume { agreement }).await.map_err(or_see(PURCHASES))?;
    if open.iter().any(|v| v.waiting_for == api::WaitingFor::Unlock) {
        session.unlock().await?;
    }
    if !open.is_empty() {
        let far: Far = (false, Reverse(open.len()), open.iter().map(steps_done).sum(), 0);
        return Ok(Seen::Yet(far, open.into_iter().find_map(|v| v.trouble)));
    }
    if agreement.is_some() {
        return Ok(Seen::Done(()));
    }
    let status = session.ask(api::GetStatus {}).await?;
    if status.waiting_for_unlock > 0 {
        session.unlock().await?;
    }
    let mut downloads = session.ask(api::ListDownloads {}).await?;
    downloads.retain(|d| matches!(d.state, DownloadState::Queued | DownloadState::Running));
    let left = downloads.len().saturating_add(usize::try_from(status.pending).unwrap_or(usize::MAX));
    if left == 0 {
        return Ok(Seen::Done(()));
    }
    let trouble =
        publications(session).await?.into_iter().filter(|p| p.step != PublishStep::Failed).find_map(|p| p.trouble);
    let bytes = downloads.iter().map(|d| d.done).fold(0, u64::saturating_add);
    Ok(Seen::Yet((true, Reverse(left), 0, bytes), trouble))
}

pub(super) async fn refund(session: &Session, id: &str) -> Result<(), ApiError> {
    let agreement = number(id)?;
    session.ask(api::Refund { agreement }).await.map_err(or_see(PURCHASES))?;
    let view = session
        .wait("The refund", || async move {
            let view = session.ask(api::GetPurchase { agreement }).await?;
            Ok(match view.state.is_final() {
                true => Seen::Done(view),
                false => Seen::Yet(steps_done(&view), view.trouble),
            })
        })
        .await?;
    session.output.answer(&shapes::purchase(&view), || told(&view));
    Ok(())
}

/// What is meant by a number, in whichever form: the listing's or the agreement's.
fn meant<'a>(library: &'a [OwnedAsset], typed: &str) -> Result<&'a OwnedAsset, ApiError> {
    const SEE: &str = "See what is there with: neuston library";
    let wanted =
        typed.parse::<Did>().map_err(|e| ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), SEE))?;
    let found = library.iter().find(|asset| asset.did == wanted || asset.agreement.0 == wanted.0);
    found.ok_or_else(|| ApiError::new(Code::NotFound, "This is not in your library.", SEE))
}

pub(super) async fn download(session: &Session, download: Download) -> Result<(), ApiError> {
    let library = session.ask(api::ListLibrary {}).await?;
    let agreement = meant(&library, &download.what)?.agreement;
    let folder = absolute(&download.to)?;
    let call = api::StartDownload { agreement, index: download.index, folder };
    let started: Vec<u64> = session.ask(call).await?.iter().map(|d| d.id).collect();
    let wanted = &started;
    let views = session
        .wait("The download", || async move {
            let all = session.ask(api::ListDownloads {}).await?;
            let ours: Vec<_> = all.into_iter().filter(|d| wanted.contains(&d.id)).collect();
            let over = |s| matches!(s, DownloadState::Done | DownloadState::Failed | DownloadState::Cancelled);
            let done = ours.iter().filter(|d| over(d.state)).count();
            if done == ours.len() {
                return Ok(Seen::Done(ours));
            }
            let bytes = ours.iter().map(|d| d.done).fold(0, u64::saturating_add);
            Ok(Seen::Yet((done, bytes), ours.into_iter().find_map(|d| d.trouble)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_meant_in_whichever_form_it_is_typed() {
        let asset = OwnedAsset {
            agreement: AgreementId([0xab; 32]),
            did: Did([0xcd; 32]),
            name: String::new(),
            author: String::new(),
            license: String::new(),
            price: protocol::Vodka::ZERO,
            bought: String::new(),
            files: Vec::new(),
            fetch_until: None,
            listed: true,
        };
        let library = [asset];
        let (agreement, did) = ("ab".repeat(32), "cd".repeat(32));
        for typed in [
            format!("0x{agreement}"),
            agreement.to_uppercase(),
            format!("0X{}", agreement.to_uppercase()),
            format!("did:op:{did}"),
            format!("did:op:{}", did.to_uppercase()),
            format!("0x{did}"),
            format!(" {did} "),
        ] {
            assert_eq!(meant(&library, &typed).unwrap(), &library[0], "{typed}");
        }
        assert_eq!(meant(&library, &"ef".repeat(32)).unwrap_err().code, Code::NotFound);
        assert_eq!(meant(&library, "levels.csv").unwrap_err().code, Code::Invalid);
    }
}
