//! `neuston buy`

use super::market::price;
use crate::{
    arguments::{Buy, Until},
    session::{Seen, Session},
    shapes,
};
use api::{ApiError, Code, PurchaseState, PurchaseView, Quote, Sentence, StepKind, StepProgress};
use protocol::{AgreementId, Vodka};
use serde_json::json;
use std::io::{IsTerminal as _, Write as _};

pub(super) async fn buy(session: &Session, buy: Buy) -> Result<(), ApiError> {
    let limit = buy.max_price.as_deref().map(most).transpose()?;
    let quote = session.ask(api::GetQuote { did: buy.did, service: buy.service }).await?;
    let max = limit.unwrap_or(quote.price);
    if quote.price > max {
        return Err(ApiError::new(
            Code::Changed,
            Sentence::verbatim(format!("It costs {}, more than {}.", price(quote.price), price(max))),
            "Raise --max-price, or leave it. Nothing was paid.",
        ));
    }
    if let Some(obstacle) = &quote.obstacle {
        return Err(obstacle.clone());
    }
    let accepted = if buy.without_refund { vec![api::Risk::NoTimeLimit] } else { Vec::new() };
    if !session.yes() && limit.is_none() {
        agree(&quote, std::io::stdin().is_terminal())?;
    }
    session.unlock().await?;
    let call = api::Buy { did: buy.did, service: buy.service, max_price: max, version: Some(quote.version), accepted };
    let agreement = session.ask(call).await?.agreement;
    let view = follow(session, agreement, buy.until).await?;
    // Either the purchase or the error: one document.
    outcome(&view)?;
    let mut document = shapes::purchase(&view);
    document["feeAtMost"] = json!(quote.fee_wei.to_ocean());
    session.output.answer(&document, || told(&view));
    Ok(())
}

fn most(text: &str) -> Result<Vodka, ApiError> {
    Vodka::parse_ocean(text).map_err(|e| {
        ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), "Write the price like 12.50.").at("max_price")
    })
}

/// Asks whoever sits at the terminal. Where nobody does, only what was typed is consent, and nothing was.
fn agree(quote: &Quote, terminal: bool) -> Result<(), ApiError> {
    let fee = match quote.fee_wei.is_zero() {
        true => String::new(),
        false => format!(", and a network fee of at most {} ether", quote.fee_wei.to_ocean()),
    };
    if !terminal {
        let cost = if quote.price.is_zero() { "nothing".to_owned() } else { price(quote.price) };
        return Err(ApiError::new(
            Code::Refused,
            Sentence::verbatim(format!(
                "“{}” costs {cost}{fee}. Nobody has agreed to that, and nothing was bought.",
                quote.name
            )),
            Sentence::verbatim(format!("Say --yes, or --max-price {}.", quote.price.to_ocean())),
        ));
    }
    let otherwise = match quote.refund_after_blocks {
        0 => "Money back is not possible.".to_owned(),
        blocks => format!("If it is not opened within {blocks} blocks, your money comes back."),
    };
    confirm(&format!("Buy “{}” for {}{fee}? {otherwise} [y/N] ", quote.name, price(quote.price)))
}

/// Prints each step as it is done, until the purchase is where it should be.
async fn follow(session: &Session, agreement: AgreementId, until: Option<Until>) -> Result<PurchaseView, ApiError> {
    let mut done = 0;
    loop {
        let view = session
            .wait("The purchase", || async move {
                let view = session.ask(api::GetPurchase { agreement }).await?;
                Ok(match steps_done(&view) > done || reached(view.state, until) {
                    true => Seen::Done(view),
                    false => Seen::Yet((), view.trouble),
                })
            })
            .await?;
        for step in view.steps.iter().filter(|s| s.progress == StepProgress::Done).skip(done) {
            let line = json!({ "step": step.kind, "afterMs": step.after_ms, "tx": step.tx, "block": step.block });
            session.output.progress(&line, || format!("{:>7} ms  {}", step.after_ms.unwrap_or(0), words(step.kind)));
        }
        done = steps_done(&view);
        if reached(view.state, until) {
            return Ok(view);
        }
    }
}

/// How far a purchase is.
pub(super) fn steps_done(view: &PurchaseView) -> usize {
    view.steps.iter().filter(|s| s.progress == StepProgress::Done).count()
}

/// Whether a purchase is where it is waited for, or will never be. Money that goes back was set aside before; it was
/// never granted, and that is known only when it has ended: a publisher may be late and grant all the same.
fn reached(state: PurchaseState, until: Option<Until>) -> bool {
    use PurchaseState as S;
    match state {
        S::Confirmed => false,
        S::Created | S::Locking => until == Some(Until::Created),
        S::Locked | S::Refundable | S::Refunding => matches!(until, Some(Until::Created | Until::Locked)),
        S::Granted => until.is_some(),
        S::Completed | S::Refunded | S::Abandoned => true,
    }
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

/// A purchase in two lines.
pub(super) fn told(view: &PurchaseView) -> String {
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

/// Asks a question at the terminal.
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

#[cfg(test)]
mod tests {
    use super::*;
    use api::{Money, WaitingFor};
    use protocol::{Checksum, Did};

    /// All there are: whoever adds one decides below what it means.
    const STATES: [PurchaseState; 10] = [
        PurchaseState::Confirmed,
        PurchaseState::Created,
        PurchaseState::Locking,
        PurchaseState::Locked,
        PurchaseState::Granted,
        PurchaseState::Completed,
        PurchaseState::Refundable,
        PurchaseState::Refunding,
        PurchaseState::Refunded,
        PurchaseState::Abandoned,
    ];

    fn in_state(state: PurchaseState) -> PurchaseView {
        PurchaseView {
            agreement: AgreementId([1; 32]),
            did: Did([2; 32]),
            name: "Levels".to_owned(),
            publisher: "A lab".to_owned(),
            price: Vodka::from_ocean(4),
            state,
            steps: Vec::new(),
            waiting_for: WaitingFor::Nobody,
            money: Money::WithYou,
            started: String::new(),
            ended: None,
            opens_by_block: None,
            opens_by: None,
            back_by: None,
            block: 1,
            may_close: true,
            trouble: None,
        }
    }

    /// What a purchase was, when it is in a state: on record, paid for, granted.
    fn was(state: PurchaseState) -> (bool, bool, bool) {
        match state {
            PurchaseState::Confirmed | PurchaseState::Abandoned => (false, false, false),
            PurchaseState::Created | PurchaseState::Locking => (true, false, false),
            PurchaseState::Locked | PurchaseState::Refundable | PurchaseState::Refunding | PurchaseState::Refunded => {
                (true, true, false)
            }
            PurchaseState::Granted | PurchaseState::Completed => (true, true, true),
        }
    }

    #[test]
    fn who_waits_for_something_and_is_told_that_it_went_well_has_it() {
        for state in STATES {
            let (created, locked, granted) = was(state);
            let ended = [Some(Until::Created), Some(Until::Locked), Some(Until::Granted), None]
                .map(|until| reached(state, until) && outcome(&in_state(state)).is_ok());
            // Whose money is back has nothing, however far it had come.
            let back = state == PurchaseState::Refunded;
            let owned = state == PurchaseState::Completed;
            assert_eq!(ended, [created && !back, locked && !back, granted, owned], "{state:?}");
            assert!(!state.is_final() || reached(state, None), "{state:?}: nothing more will happen");
        }
    }

    #[test]
    fn nobody_at_the_terminal_is_no_consent() {
        let quote = Quote {
            did: Did([2; 32]),
            name: "Levels".to_owned(),
            publisher: "A lab".to_owned(),
            service: 0,
            price: Vodka::from_ocean(4),
            fee_wei: Vodka::ZERO,
            at_most: Vodka::from_ocean(4),
            balance: Vodka::from_ocean(9),
            afterwards: Some(Vodka::from_ocean(5)),
            missing: None,
            refund_after_blocks: 20,
            refund_after_seconds: 20,
            risks: Vec::new(),
            version: Checksum([3; 32]),
            obstacle: None,
        };
        let refused = agree(&quote, false).unwrap_err();
        assert_eq!((refused.code, refused.code.exit()), (Code::Refused, 3));
        assert!(refused.message.contains("costs 4 OCEAN"), "{refused}");
        assert_eq!(refused.next.text(), "Say --yes, or --max-price 4.");
    }
}
