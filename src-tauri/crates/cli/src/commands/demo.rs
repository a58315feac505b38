//! `neuston demo`: the whole job on a network of its own, step by step, with real files.

use super::buying::steps_done;
use crate::{
    arguments::{Common, Demo},
    output::Output,
    session::{Seen, Session},
};
use api::{ApiError, Code, Draft, FileSource, LockState, Password, PublishStep, SearchQuery, Sentence};
use protocol::Did;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::Instant,
};

/// What is published: made here, so that nobody can say it came from elsewhere.
const ROWS: u32 = 5000;

struct Steps {
    output: Output,
    began: Instant,
    told: Vec<Value>,
}

impl Steps {
    fn done(&mut self, what: &str, began: Instant) {
        let ms = began.elapsed().as_millis();
        self.told.push(json!({ "step": what, "ms": ms }));
        self.output.progress(&json!({ "step": what, "ms": ms }), || format!("{ms:>6} ms  {what}"));
    }
}

fn disk(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::new(
        Code::Disk,
        Sentence::verbatim(format!("{} cannot be used: {error}.", path.display())),
        "Make room and try again.",
    )
}

pub(super) async fn run(demo: Demo, output: Output) -> Result<(), ApiError> {
    let folder = std::env::temp_dir().join(format!("neuston-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| disk(&folder, &e))?;
    let mut steps = Steps { output, began: Instant::now(), told: Vec::new() };
    let done = job(&folder, &mut steps).await;
    let removed = match demo.keep {
        true => {
            output.progress(&json!({ "kept": folder }), || format!("Everything is kept in {}", folder.display()));
            Ok(())
        }
        false => std::fs::remove_dir_all(&folder).map_err(|e| disk(&folder, &e)),
    };
    let agreement = ended(done, removed)?;
    let total = steps.began.elapsed().as_millis();
    let kept = demo.keep.then_some(&folder);
    let document =
        json!({ "identical": true, "agreementId": agreement, "steps": steps.told, "totalMs": total, "kept": kept });
    output.answer(&document, || {
        format!("{total:>6} ms  in all. The file that was bought is byte for byte the one that was published.")
    });
    Ok(())
}

/// What went wrong with the job comes first; that its folder stays lying about is told where nothing else is.
fn ended<T>(job: Result<T, ApiError>, removed: Result<(), ApiError>) -> Result<T, ApiError> {
    job.and_then(|done| removed.map(|()| done))
}

async fn person(folder: &Path, name: &str, network: Option<PathBuf>, output: Output) -> Result<Session, ApiError> {
    let common = Common {
        home: Some(folder.join(name)),
        network: network.map(|path| path.to_string_lossy().into_owned()),
        account: None,
        passphrase_file: None,
        json: output.json,
        progress: output.progress,
        yes: true,
        wait: 120,
    };
    Session::open(&common, output).await
}

/// The whole job. Homes are closed also where it fails: nothing is written any more when their folder is removed.
async fn job(folder: &Path, steps: &mut Steps) -> Result<protocol::AgreementId, ApiError> {
    let now = Instant::now();
    let publisher = person(folder, "publisher", None, steps.output).await?;
    let done = sale(folder, &publisher, now, steps).await;
    publisher.close().await;
    done
}

async fn sale(
    folder: &Path,
    publisher: &Session,
    began: Instant,
    steps: &mut Steps,
) -> Result<protocol::AgreementId, ApiError> {
    let status = publisher.ask(api::GetStatus {}).await?;
    steps.done(
        &format!("A network is running here: chain, contracts, catalogue, key servers (block {})", status.block),
        began,
    );

    let now = Instant::now();
    account(publisher).await?;
    steps.done("The publisher has an account, protected by a password", now);

    let now = Instant::now();
    let path = folder.join("river-levels.csv");
    let content = rows();
    std::fs::write(&path, &content).map_err(|e| disk(&path, &e))?;
    let did = publish(publisher, &path).await?;
    steps.done(&format!("A file of {} bytes is listed for 12.50 OCEAN: {did}", content.len()), now);

    let now = Instant::now();
    let network = folder.join("publisher").join("embedded").join("network.toml");
    let buyer = person(folder, "buyer", Some(network), steps.output).await?;
    let done = purchase(folder, &buyer, did, &content, now, steps).await;
    let done = match done {
        Ok(agreement) => payment(publisher, did, steps).await.map(|()| agreement),
        Err(error) => Err(error),
    };
    buyer.close().await;
    done
}

/// What the buyer does.
async fn purchase(
    folder: &Path,
    buyer: &Session,
    did: Did,
    content: &str,
    began: Instant,
    steps: &mut Steps,
) -> Result<protocol::AgreementId, ApiError> {
    account(buyer).await?;
    buyer.ask(api::GetTestTokens { amount: 100 }).await?;
    steps.done("A buyer joins with a home of their own and gets 100 test tokens", began);

    let now = Instant::now();
    let query = SearchQuery { text: "river lev".into(), ..SearchQuery::default() };
    let page = buyer.ask(api::Search { query }).await?;
    if !page.results.iter().any(|row| row.did == did) {
        return Err(ApiError::new(Code::NotFound, "Search did not find the listing.", "Report this."));
    }
    steps.done("The buyer finds it while typing “river lev”", now);

    let now = Instant::now();
    let quote = buyer.ask(api::GetQuote { did, service: None }).await?;
    let call =
        api::Buy { did, service: None, max_price: quote.at_most, version: Some(quote.version), accepted: Vec::new() };
    let agreement = buyer.ask(call).await?.agreement;
    let view = buyer
        .wait("The purchase", || async move {
            let view = buyer.ask(api::GetPurchase { agreement }).await?;
            Ok(match view.state.is_final() {
                true => Seen::Done(view),
                false => Seen::Yet(steps_done(&view), view.trouble),
            })
        })
        .await?;
    if view.state != api::PurchaseState::Completed {
        let ended = || {
            ApiError::new(
                Code::Internal,
                Sentence::verbatim(format!("The purchase ended {}.", view.state.name())),
                "Report this.",
            )
        };
        return Err(view.trouble.clone().unwrap_or_else(ended));
    }
    steps.done("The buyer confirms once; the money is set aside, the publisher opens it, the keys arrive", now);

    let now = Instant::now();
    let saved = download(buyer, agreement, &folder.join("bought")).await?;
    let bought = std::fs::read(&saved).map_err(|e| disk(&saved, &e))?;
    if bought != content.as_bytes() {
        return Err(ApiError::new(Code::Corrupt, "The file is not the one that was published.", "Report this."));
    }
    steps.done("The file is saved, hashed on the way, and identical", now);
    Ok(agreement)
}

async fn payment(publisher: &Session, did: Did, steps: &mut Steps) -> Result<(), ApiError> {
    let now = Instant::now();
    let mine = publisher
        .wait("The payment", || async move {
            let mine = publisher.ask(api::ListMyListings {}).await?;
            Ok(match mine.into_iter().find(|l| l.did == did && !l.earned.is_zero()) {
                Some(paid) => Seen::Done(paid),
                None => Seen::Yet((), None),
            })
        })
        .await?;
    steps.done(&format!("The publisher was paid: {} OCEAN", mine.earned.to_people()), now);
    Ok(())
}

async fn account(session: &Session) -> Result<(), ApiError> {
    let password = Password("demo".to_owned());
    let view = session.ask(api::CreateAccount { password, words: 12 }).await?;
    match view.lock {
        LockState::Unlocked => Ok(()),
        _ => Err(ApiError::new(Code::Internal, "The new account is locked.", "Report this.")),
    }
}

async fn publish(session: &Session, path: &Path) -> Result<Did, ApiError> {
    let draft = Draft {
        name: "River levels of the demo".into(),
        author: "The demo".into(),
        license: "CC0-1.0".into(),
        price: "12.5".into(),
        description: "Levels made by arithmetic, for showing how a purchase goes.".into(),
        files: vec![FileSource::Local { path: path.to_string_lossy().into_owned() }],
        ..Draft::default()
    };
    let id = session.ask(api::Publish { draft }).await?.id;
    let view = session
        .wait("Publishing", || async move {
            let view = session.ask(api::GetPublication { id }).await?;
            Ok(match view.step {
                PublishStep::Listed | PublishStep::Failed => Seen::Done(view),
                step => Seen::Yet((step as u8, view.done), view.trouble),
            })
        })
        .await?;
    match (view.did, view.trouble) {
        (Some(did), None) => Ok(did),
        (_, trouble) => {
            Err(trouble.unwrap_or_else(|| ApiError::new(Code::Internal, "It was not listed.", "Report this.")))
        }
    }
}

async fn download(session: &Session, agreement: protocol::AgreementId, folder: &Path) -> Result<PathBuf, ApiError> {
    let folder = folder.to_string_lossy().into_owned();
    let started = session.ask(api::StartDownload { agreement, index: Some(0), folder }).await?;
    let Some(id) = started.first().map(|d| d.id) else {
        return Err(ApiError::new(Code::NotFound, "Nothing was bought.", "Report this."));
    };
    let view = session
        .wait("The download", || async move {
            let all = session.ask(api::ListDownloads {}).await?;
            let over = |s| matches!(s, api::DownloadState::Done | api::DownloadState::Failed);
            let done = all.iter().map(|d| d.done).fold(0, u64::saturating_add);
            Ok(match all.into_iter().find(|d| d.id == id && over(d.state)) {
                Some(view) => Seen::Done(view),
                None => Seen::Yet(done, None),
            })
        })
        .await?;
    match view.trouble {
        Some(trouble) => Err(trouble),
        None => Ok(PathBuf::from(view.path)),
    }
}

fn rows() -> String {
    let mut text = String::from("hour,level_cm\n");
    for hour in 0..ROWS {
        let tide = (f64::from(hour) * 0.26).sin() * 40.0;
        text.push_str(&format!("{hour},{:.1}\n", 180.0 + tide));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_with_the_job_is_told_before_its_folder() {
        let job = || ApiError::new(Code::Corrupt, "The file is not the one that was published.", "Report this.");
        let folder = || ApiError::new(Code::Disk, "The folder cannot be removed.", "Make room and try again.");
        assert_eq!(ended::<()>(Err(job()), Err(folder())), Err(job()));
        assert_eq!(ended(Ok(7), Err(folder())), Err(folder()));
        assert_eq!(ended(Ok(7), Ok(())), Ok(7));
    }
}
