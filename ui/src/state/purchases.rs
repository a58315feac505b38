//! A purchase in the words of the people in it.

use crate::{
    state::amounts,
    texts::{Texts, Tongue, fill},
};
use api::{Money, PurchaseState, PurchaseView, Step, StepKind, StepProgress, WaitingFor};

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What is said.
    pub(crate) said: String,
    /// A second sentence below it.
    pub(crate) note: Option<String>,
    pub(crate) progress: StepProgress,
    /// What the step is called, where it has a name of its own; stands in the place of the time.
    pub(crate) name: Option<String>,
    /// RFC 3339, when done.
    pub(crate) at: Option<String>,
}

/// The timeline of a purchase. What did not happen shows only when the purchase has ended badly; what costs nothing has no
/// words about money.
pub(crate) fn timeline(purchase: &PurchaseView, t: &Texts, tongue: Tongue) -> Vec<Line> {
    let free = purchase.money == Money::None || purchase.price.is_zero();
    let returning = matches!(
        purchase.state,
        PurchaseState::Refundable | PurchaseState::Refunding | PurchaseState::Refunded | PurchaseState::Abandoned
    );
    let shows = |step: &&Step| match (step.kind, step.progress) {
        (StepKind::Paid, _) if free => false,
        // Said by the step of the time.
        (StepKind::Opened, StepProgress::Skipped) => returning && !time_is_over(purchase),
        (_, StepProgress::Skipped) => false,
        (StepKind::TimeOver | StepKind::MoneyBack, StepProgress::Later) => returning,
        (StepKind::Keys, StepProgress::Later) => !returning,
        // Once the data is here the rest is between the publisher and the network: nothing is left open at this end.
        (StepKind::Paid, StepProgress::Later | StepProgress::Now) => !returning && !purchase.state.is_final(),
        _ => true,
    };
    purchase.steps.iter().filter(shows).map(|step| line(purchase, step, free, t, tongue)).collect()
}

fn line(purchase: &PurchaseView, step: &Step, free: bool, t: &Texts, tongue: Tongue) -> Line {
    use StepKind as K;
    use StepProgress as P;
    let s = &t.steps;
    let text = match (step.kind, step.progress) {
        (K::Agreed, P::Done | P::Skipped) => s.agreed,
        (K::Agreed, _) => s.agreed_now,
        (K::OnRecord, P::Done) => s.on_record,
        (K::OnRecord, P::Now) => s.on_record_now,
        (K::OnRecord, P::Later) => s.on_record_later,
        (K::OnRecord, P::Skipped) => s.on_record_missed,
        (K::SetAside, P::Done) if free => s.confirmed_free,
        (K::SetAside, _) if free => s.confirmed_free_now,
        (K::SetAside, P::Done) if purchase.money != Money::SetAside => s.set_aside_past,
        (K::SetAside, P::Done) => s.set_aside,
        (K::SetAside, P::Now) => s.set_aside_now,
        (K::SetAside, P::Later) => s.set_aside_later,
        (K::SetAside, P::Skipped) => s.set_aside_missed,
        (K::Opened, P::Done) => s.opened,
        (K::Opened, P::Now) => s.opened_now,
        (K::Opened, P::Later) => s.opened_later,
        (K::Opened, P::Skipped) => s.opened_missed,
        (K::Keys, P::Done) => s.keys,
        (K::Keys, P::Now) => s.keys_now,
        (K::Keys, P::Later) => s.keys_later,
        (K::Keys, P::Skipped) => s.keys_missed,
        (K::Paid, P::Done) => s.paid,
        (K::Paid, P::Now) => s.paid_now,
        (K::Paid, P::Later) => s.paid_later,
        (K::Paid, P::Skipped) => s.paid_missed,
        (K::TimeOver, P::Done | P::Now) => s.time_over,
        (K::TimeOver, P::Later | P::Skipped) => s.time_over_later,
        (K::MoneyBack, P::Done) if free => s.ended_free,
        (K::MoneyBack, P::Done) => s.money_back,
        (K::MoneyBack, P::Now) => s.money_back_now,
        (K::MoneyBack, P::Later | P::Skipped) => s.money_back_later,
    };
    let note = match (step.kind, step.progress) {
        (_, P::Now) => waiting(purchase.waiting_for, t).map(str::to_owned),
        (K::SetAside, P::Done) if nobody_has_it(purchase) => Some(s.set_aside_note.to_owned()),
        _ => None,
    };
    let amount = amounts::amount(purchase.price, tongue);
    let said = fill(text, &[("amount", &amount), ("publisher", &purchase.publisher)]);
    // A step that is done, and a promise that was not kept.
    let progress = if (step.kind, step.progress) == (K::TimeOver, P::Done) { P::Skipped } else { step.progress };
    Line { said, note, progress, name: None, at: step.at.clone() }
}

/// Whether the publisher has missed its time.
fn time_is_over(purchase: &PurchaseView) -> bool {
    purchase.steps.iter().any(|step| step.kind == StepKind::TimeOver && step.progress == StepProgress::Done)
}

/// Whether the money is with neither side, and it is open on which side it ends.
fn nobody_has_it(purchase: &PurchaseView) -> bool {
    purchase.money == Money::SetAside && !matches!(purchase.state, PurchaseState::Granted | PurchaseState::Completed)
}

/// Who acts next.
fn waiting(whom: WaitingFor, t: &Texts) -> Option<&'static str> {
    match whom {
        WaitingFor::Nobody => None,
        WaitingFor::Us => Some(t.steps.wait_us),
        WaitingFor::Unlock => Some(t.steps.wait_unlock),
        WaitingFor::Publisher => Some(t.steps.wait_publisher),
        WaitingFor::KeyServers => Some(t.steps.wait_keys),
        WaitingFor::Network => Some(t.steps.wait_network),
        WaitingFor::Time => Some(t.steps.wait_time),
    }
}

/// Whether the two clocks have something to say: something is set aside or about to be, and there is a time limit.
pub(crate) fn has_clocks(purchase: &PurchaseView) -> bool {
    !purchase.state.is_final()
        && !matches!(purchase.state, PurchaseState::Granted | PurchaseState::Refunding)
        && purchase.opens_by.is_some()
        && purchase.opens_by_block != Some(0)
}

/// Where the money is, in one sentence; `None` where nothing costs anything.
pub(crate) fn money(purchase: &PurchaseView, t: &Texts, tongue: Tongue) -> Option<String> {
    let text = match purchase.money {
        Money::None => return None,
        Money::WithYou => t.buy.with_you,
        Money::SetAside if purchase.state == PurchaseState::Refunding => t.buy.refunding,
        Money::SetAside => t.buy.safe,
        Money::WithPublisher => t.buy.with_publisher,
        Money::Back => t.buy.refunded_title,
    };
    Some(fill(text, &[("amount", &amounts::amount(purchase.price, tongue))]))
}

/// What to say aloud when one view of a purchase follows another: how it ended, else where the money is now; `None` where
/// neither has changed.
pub(crate) fn news(before: &PurchaseView, after: &PurchaseView, t: &Texts, tongue: Tongue) -> Option<String> {
    match ending(after, t, tongue) {
        Ending::Yours { title, more } | Ending::NotYours { title, more } => {
            let told = ending(before, t, tongue);
            let said = format!("{title} {more}");
            let same = matches!(&told, Ending::Yours { title, more } | Ending::NotYours { title, more }
                if format!("{title} {more}") == said);
            (!same).then_some(said)
        }
        Ending::Open if before.money != after.money => money(after, t, tongue),
        Ending::Open => None,
    }
}

/// How a purchase ended, or that it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Not yet.
    Open,
    /// Data in hand.
    Yours { title: String, more: String },
    /// No data; the money is where it was.
    NotYours { title: String, more: String },
}

/// What to say at the top of the page of a purchase.
pub(crate) fn ending(purchase: &PurchaseView, t: &Texts, tongue: Tongue) -> Ending {
    let b = &t.buy;
    let free = purchase.money == Money::None || purchase.price.is_zero();
    let amount = amounts::amount(purchase.price, tongue);
    let said = |text: &str| fill(text, &[("amount", &amount), ("publisher", &purchase.publisher)]);
    match purchase.state {
        PurchaseState::Completed => {
            let more = match (free, purchase.money) {
                (true, _) => b.done_free,
                (false, Money::WithPublisher) => b.done,
                (false, _) => b.done_unpaid,
            };
            Ending::Yours { title: b.done_title.to_owned(), more: said(more) }
        }
        PurchaseState::Refunded if free => {
            Ending::NotYours { title: b.abandoned_free.to_owned(), more: said(b.ended_free) }
        }
        PurchaseState::Refunded => Ending::NotYours { title: said(b.refunded_title), more: said(b.refunded) },
        PurchaseState::Abandoned => {
            let title = if free { b.abandoned_free } else { b.abandoned_title };
            Ending::NotYours { title: title.to_owned(), more: b.abandoned.to_owned() }
        }
        _ => Ending::Open,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use protocol::{AgreementId, Did, Vodka};

    pub(crate) fn purchase(
        state: PurchaseState,
        price: u64,
        money: Money,
        steps: &[(StepKind, StepProgress)],
    ) -> PurchaseView {
        PurchaseView {
            agreement: AgreementId([1; 32]),
            did: Did([2; 32]),
            name: "River levels".into(),
            publisher: "Saxon River Watch".into(),
            price: Vodka::from_ocean(price),
            state,
            steps: steps
                .iter()
                .map(|&(kind, progress)| Step { kind, progress, at: None, after_ms: None, tx: None, block: None })
                .collect(),
            waiting_for: WaitingFor::Publisher,
            money,
            started: "2025-11-14T13:05:12Z".into(),
            ended: None,
            opens_by_block: Some(1800),
            opens_by: Some("2025-11-14T13:35:00Z".into()),
            back_by: Some("2025-11-14T13:36:00Z".into()),
            block: 20,
            may_close: true,
            trouble: None,
        }
    }

    fn said(purchase: &PurchaseView) -> Vec<String> {
        timeline(purchase, Texts::of(Tongue::English), Tongue::English).into_iter().map(|line| line.said).collect()
    }

    #[test]
    fn a_waiting_purchase_says_what_is_done_and_who_acts_next() {
        use StepKind::*;
        use StepProgress::*;
        let waiting = purchase(
            PurchaseState::Locked,
            12,
            Money::SetAside,
            &[
                (Agreed, Done),
                (OnRecord, Done),
                (SetAside, Done),
                (Opened, Now),
                (Keys, Later),
                (TimeOver, Later),
                (MoneyBack, Later),
            ],
        );
        assert_eq!(
            said(&waiting),
            [
                "You agreed to the terms",
                "The agreement is on record",
                "Your 12.00 is set aside",
                "Waiting for Saxon River Watch to open it",
                "The keys to the files arrive",
            ]
        );
        let lines = timeline(&waiting, Texts::of(Tongue::English), Tongue::English);
        assert_eq!(lines[2].note.as_deref(), Some("Nobody has it yet: neither you nor the publisher."));
        assert_eq!(lines[3].note.as_deref(), Some("The publisher's computer acts next."));
        assert!(has_clocks(&waiting));
    }

    #[test]
    fn what_is_yours_leaves_nothing_open() {
        use StepKind::*;
        use StepProgress::*;
        let all = [Agreed, OnRecord, SetAside, Opened, Keys].map(|kind| (kind, Done));
        for open in [Later, Now] {
            let steps: Vec<_> = all.into_iter().chain([(Paid, open)]).collect();
            let yours = purchase(PurchaseState::Completed, 12, Money::SetAside, &steps);
            let lines = timeline(&yours, Texts::of(Tongue::English), Tongue::English);
            assert!(lines.iter().all(|line| line.progress == Done && line.note.is_none()), "{lines:?}");
        }
        let paid = purchase(PurchaseState::Completed, 12, Money::WithPublisher, &[(Paid, Done)]);
        assert_eq!(said(&paid), ["The publisher was paid"]);
    }

    #[test]
    fn a_returned_purchase_says_what_did_not_happen() {
        use StepKind::*;
        use StepProgress::*;
        let back = purchase(
            PurchaseState::Refunded,
            30,
            Money::Back,
            &[
                (Agreed, Done),
                (OnRecord, Done),
                (SetAside, Done),
                (Opened, Skipped),
                (Keys, Skipped),
                (TimeOver, Done),
                (MoneyBack, Done),
            ],
        );
        assert_eq!(said(&back).last().map(String::as_str), Some("Your 30.00 came back"));
        assert_eq!(said(&back)[2], "Your 30.00 was set aside");
        let lines = timeline(&back, Texts::of(Tongue::English), Tongue::English);
        let missed: Vec<_> =
            lines.iter().filter(|line| line.progress == Skipped).map(|line| line.said.as_str()).collect();
        assert_eq!(missed, ["Saxon River Watch did not open it in time"]);
        assert!(!has_clocks(&back));
        let Ending::NotYours { title, .. } = ending(&back, Texts::of(Tongue::English), Tongue::English) else {
            panic!("a refund is an ending")
        };
        assert_eq!(title, "Your 30.00 is back in your account.", "where the money is comes first");
    }

    #[test]
    fn the_last_thing_said_aloud_is_how_it_ended() {
        let t = Texts::of(Tongue::English);
        let said = |before: &PurchaseView, after: &PurchaseView| news(before, after, t, Tongue::English);
        let created = purchase(PurchaseState::Created, 1, Money::WithYou, &[]);
        let locked = purchase(PurchaseState::Locked, 1, Money::SetAside, &[]);
        let unpaid = purchase(PurchaseState::Completed, 1, Money::SetAside, &[]);
        let paid = purchase(PurchaseState::Completed, 1, Money::WithPublisher, &[]);
        let back = purchase(PurchaseState::Refunded, 1, Money::Back, &[]);
        assert_eq!(said(&created, &locked).as_deref(), Some("Your 1.00 is set aside. Nobody has it."));
        assert!(said(&locked, &unpaid).is_some_and(|s| s.starts_with("It is yours.") && s.contains("by itself")));
        assert!(said(&unpaid, &paid).is_some_and(|s| s.starts_with("It is yours.") && s.contains("was paid 1.00")));
        assert!(said(&locked, &back).is_some_and(|s| s.starts_with("Your 1.00 is back in your account.")));
        assert_eq!((said(&locked, &locked), said(&paid, &paid)), (None, None), "nothing is said twice");
        let free = purchase(PurchaseState::Completed, 0, Money::None, &[]);
        assert!(
            said(&purchase(PurchaseState::Locked, 0, Money::None, &[]), &free).is_some_and(|s| !s.contains("0.00"))
        );
    }

    #[test]
    fn what_is_free_has_no_words_about_money() {
        use StepKind::*;
        use StepProgress::*;
        let all = [Agreed, OnRecord, SetAside, Opened, Keys, Paid, TimeOver, MoneyBack];
        for progress in [Done, Now, Later, Skipped] {
            for state in [PurchaseState::Locked, PurchaseState::Completed, PurchaseState::Refunded] {
                let free = purchase(state, 0, Money::None, &all.map(|kind| (kind, progress)));
                for line in said(&free).iter().filter(|line| !line.contains("way back") && !line.contains("comes back"))
                {
                    for word in ["0.00", "paid", "aside", "money"] {
                        assert!(!line.contains(word), "{line}");
                    }
                }
                assert_eq!(money(&free, Texts::of(Tongue::English), Tongue::English), None);
                if let Ending::NotYours { title, more } = ending(&free, Texts::of(Tongue::English), Tongue::English) {
                    assert!(!title.contains("0.00") && !more.contains("paid"));
                }
            }
        }
    }
}
