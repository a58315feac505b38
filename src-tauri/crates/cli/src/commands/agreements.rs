//! `neuston agreement …`: agreements of other shapes than a purchase's.

mod sentences;

use super::{market::price, purchases::number};
use crate::{
    agreement_shapes as shapes,
    arguments::{Agreement, Fulfil, Hashed},
    failure::or_see,
    output::Output,
    session::Session,
};
use api::{AgreementState, AgreementView, ApiError, Call, Code, ConditionView, Sentence, Shown};
use protocol::{
    AgreementId, Vodka,
    conditions::{ConditionTerms, Preimage},
    shape::MOST_BYTES,
};
use serde_json::json;
use std::{fs::File, io::Read as _, path::Path};

pub(super) async fn run(session: &Session, agreement: Agreement) -> Result<(), ApiError> {
    match agreement {
        Agreement::New { file, check: true } => {
            let view = session.ask(api::CheckAgreement { document: document(&file)? }).await?;
            answer(session, &view);
        }
        Agreement::New { file, check: false } => {
            let document = document(&file)?;
            session.unlock().await?;
            answer(session, &within(session, api::CreateAgreement { document }).await?);
        }
        Agreement::Join { file } => {
            let view = within(session, api::JoinAgreement { document: document(&file)? }).await?;
            answer(session, &view);
        }
        Agreement::List => {
            let views = session.ask(api::ListAgreements {}).await?;
            let all = crate::shapes::list(views.iter().map(shapes::agreement).collect());
            session.output.answer(&all, || match views.is_empty() {
                true => "No agreement of another shape than a purchase's.".to_owned(),
                false => views.iter().map(head).collect::<Vec<_>>().join("\n"),
            });
        }
        Agreement::Show { id } => show(session, number(&id)?).await?,
        Agreement::Fulfil(asked) => {
            let (agreement, shown) = (number(&asked.step.id)?, shown(&asked)?);
            let (condition, without_refund) = (asked.step.condition, asked.without_refund);
            session.unlock().await?;
            let call = api::FulfilCondition { agreement, condition, shown, without_refund };
            answer(session, &within(session, call).await?);
        }
        Agreement::Abort(step) => {
            let call = api::AbortCondition { agreement: number(&step.id)?, condition: step.condition };
            session.unlock().await?;
            answer(session, &within(session, call).await?);
        }
        Agreement::Sign(step) => {
            let call = api::SignCondition { agreement: number(&step.id)?, condition: step.condition };
            session.unlock().await?;
            let given = session.ask(call).await?;
            let document = json!({ "message": given.message, "signer": given.signer, "signature": given.signature });
            session.output.answer(&document, || given.signature.to_string());
        }
        // Handled before a home is opened.
        Agreement::Hash(_) => {}
    }
    Ok(())
}

pub(super) async fn show(session: &Session, agreement: AgreementId) -> Result<(), ApiError> {
    const SEE: &str = "neuston agreements, and neuston agreement list";
    answer(session, &session.ask(api::GetAgreement { agreement }).await.map_err(or_see(SEE))?);
    Ok(())
}

/// The hash that a document names.
pub(super) fn hash(what: &Hashed, output: Output) -> Result<(), ApiError> {
    let preimage = match (&what.text, &what.number, what.word) {
        (Some(text), ..) => Preimage::Text(text.clone()),
        (_, Some(text), _) => Preimage::Number(whole(text)?),
        (.., Some(word)) => Preimage::Word(word),
        _ => return Err(ApiError::new(Code::Invalid, "Nothing to hash.", "Name a text, a number or 32 bytes.")),
    };
    if let ConditionTerms::HashLock { hash } = preimage.terms() {
        output.answer(&json!({ "hash": hash }), || hash.to_string());
    }
    Ok(())
}

fn whole(text: &str) -> Result<Vodka, ApiError> {
    let wrong = |_| ApiError::new(Code::Invalid, "This is no whole number.", "Write it with digits only.").at("number");
    text.parse().map_err(wrong)
}

fn shown(asked: &Fulfil) -> Result<Shown, ApiError> {
    Ok(match (&asked.preimage, &asked.preimage_number, asked.preimage_word, asked.signature) {
        (Some(text), ..) => Shown::Text(text.clone()),
        (_, Some(number), ..) => Shown::Number(whole(number)?),
        (_, _, Some(word), _) => Shown::Word(word),
        (.., Some(signature)) => Shown::Signature(signature),
        _ => Shown::Nothing,
    })
}

/// Asks, and gives up waiting after `--wait` seconds: what is signed goes on by itself.
async fn within<C: Call>(session: &Session, call: C) -> Result<C::Answer, ApiError> {
    match tokio::time::timeout(session.patience(), session.ask(call)).await {
        Ok(answer) => answer,
        Err(_) => Err(ApiError::new(
            Code::TimedOut,
            "The network has not taken it yet. Nothing is lost, and nothing is sent twice.",
            "It goes on with: neuston resume",
        )),
    }
}

fn document(path: &Path) -> Result<String, ApiError> {
    let wrong = |what: String| {
        ApiError::new(Code::Invalid, Sentence::verbatim(what), "Name the file of an agreement's document.").at("file")
    };
    let unreadable = |e: std::io::Error| wrong(format!("{} cannot be read: {e}.", path.display()));
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path).map_err(unreadable)?.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| wrong(format!("{} is no text.", path.display())))
}

fn answer(session: &Session, view: &AgreementView) {
    session.output.answer(&shapes::agreement(view), || words(view));
}

fn head(view: &AgreementView) -> String {
    let title = if view.title.is_empty() { "Agreement" } else { &view.title };
    format!("{}  {}  {}", view.agreement, view.state.name(), title.escape_debug())
}

fn words(view: &AgreementView) -> String {
    let mut lines = vec![head(view), format!("about {}", view.did)];
    lines.extend(view.actors.iter().map(|actor| {
        let own = if actor.own { " (you)" } else { "" };
        format!("{}: {}{own}", actor.role.as_deref().unwrap_or("takes part").escape_debug(), actor.account)
    }));
    lines.push(String::new());
    // In the order in which they are done, where that is known.
    let places = if view.order.is_empty() { (0..view.conditions.len()).collect() } else { view.order.clone() };
    lines.extend(places.into_iter().filter_map(|place| view.conditions.get(place)).map(step));
    lines.extend(view.warnings.iter().map(|warning| format!("\nMind: {warning}.")));
    lines.extend(view.flaw.iter().map(|flaw| format!("\nDo nothing here: {flaw}.")));
    if !view.documented && view.state != AgreementState::NotOnRecord {
        lines.push("\nIts document is not here; keep it with: neuston agreement join FILE".to_owned());
    }
    lines.join("\n")
}

fn step(view: &ConditionView) -> String {
    use sentences::{by, next};
    let name = view.name.clone().unwrap_or_else(|| view.id.to_string());
    let kind = view.kind.map_or_else(|| view.contract.to_string(), |kind| kind.name().to_owned());
    let amount = match &view.terms {
        Some(ConditionTerms::LockReward { amount, .. } | ConditionTerms::EscrowReward { amount, .. }) => {
            format!(" {}", price(*amount))
        }
        _ => String::new(),
    };
    let text = view.text.as_ref().map(|text| format!(" “{}”", text.escape_debug())).unwrap_or_default();
    let until = view.until_block.map(|block| format!(", until block {block}")).unwrap_or_default();
    let over = if view.can_abort { ", can be given up" } else { "" };
    format!("  {name} ({kind}{amount}{text}): {}{}{until}{over}", next(view), by(view))
}
