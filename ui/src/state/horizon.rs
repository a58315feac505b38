//! The one sentence at the bottom of the window.

use crate::{
    state::{
        amounts,
        moments::{Moment, epoch},
    },
    texts::{Texts, Tongue, fill, many},
};
use api::{NetworkHealth, PurchaseState, PurchaseView, Status};

/// How the dot looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Fine,
    Waiting,
    Trouble,
    Starting,
}

/// What the horizon says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) mood: Mood,
    /// The sentence.
    pub(crate) said: String,
    /// What follows it.
    pub(crate) more: String,
}

/// Says how things are: trouble first, then what waits for its owner, then what is under way, else that all is well.
/// `clock` turns seconds since 1970 into the clock of this computer.
pub(crate) fn sentence(
    status: Option<&Status>,
    purchases: &[PurchaseView],
    clock: impl Fn(i64) -> Moment,
    t: &Texts,
    tongue: Tongue,
) -> Sentence {
    let s = &t.shell;
    let of = |mood, said: &str, more: &str| Sentence { mood, said: said.to_owned(), more: more.to_owned() };
    let Some(status) = status else { return of(Mood::Starting, s.starting, "") };
    match status.health {
        NetworkHealth::Starting => return of(Mood::Starting, s.starting, &status.network.said_in(&tongue)),
        NetworkHealth::Offline => return of(Mood::Trouble, s.offline, s.offline_more),
        NetworkHealth::Degraded => {
            let trouble = status.trouble.as_ref().map(|trouble| trouble.said_in(&tongue));
            return of(Mood::Waiting, s.degraded, &trouble.unwrap_or_default());
        }
        NetworkHealth::Fine => {}
    }
    if let Some(rebuild) = &status.rebuild {
        let of_blocks = || format!("{}\u{a0}%", amounts::percent(rebuild.at, Some(rebuild.to)).unwrap_or(0));
        let of_finds = || fill(s.rebuilding_finds, &[("n", &rebuild.done.to_string()), ("m", &rebuild.of.to_string())]);
        let more = if rebuild.of > 0 { of_finds() } else { of_blocks() };
        return of(Mood::Waiting, s.rebuilding, &more);
    }
    if let Some(demo) = &status.demo {
        let more = fill(s.demo_more, &[("n", &demo.listed.to_string()), ("m", &demo.of.to_string())]);
        return of(Mood::Waiting, s.demo, &more);
    }
    if status.waiting_for_unlock > 0 {
        let said = many(u64::from(status.waiting_for_unlock), s.unlock_waits_one, s.unlock_waits_many, tongue);
        return of(Mood::Waiting, &said, "");
    }
    let waiting: Vec<&PurchaseView> =
        purchases.iter().filter(|p| p.state == PurchaseState::Locked && !p.price.is_zero()).collect();
    if let ([one], 1) = (waiting.as_slice(), status.pending) {
        let until = one.opens_by.as_deref().and_then(epoch).map(|at| clock(at).clock());
        let more = until.map(|time| fill(s.purchase_safe, &[("time", &time)])).unwrap_or_default();
        return of(Mood::Waiting, s.purchase_waits, &more);
    }
    if status.pending > 0 {
        let said = many(u64::from(status.pending), s.pending_one, s.pending_many, tongue);
        return of(Mood::Waiting, &said, if status.may_close { s.may_close } else { "" });
    }
    of(Mood::Fine, s.all_fine, &status.network.said_in(&tongue))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::state::{moments::at_offset, purchases::tests::purchase};
    use api::{AccountView, LockState, Money};
    use protocol::Vodka;

    pub(crate) fn status(health: NetworkHealth, pending: u32, waiting_for_unlock: u32) -> Status {
        Status {
            network: "Local network on this computer".into(),
            health,
            trouble: None,
            block: 1,
            block_ms: 1000,
            account: AccountView {
                name: "main".into(),
                address: None,
                lock: LockState::Locked,
                balance: None,
                set_aside: Vodka::ZERO,
                currency: "OCEAN".into(),
                test_tokens: true,
                backed_up: false,
                has_words: true,
            },
            pending,
            waiting_for_unlock,
            may_close: true,
            rebuild: None,
            demo: None,
        }
    }

    fn said(status: Option<&Status>, purchases: &[PurchaseView]) -> (Mood, String) {
        let sentence = sentence(status, purchases, |at| at_offset(at, 60), Texts::of(Tongue::English), Tongue::English);
        (sentence.mood, format!("{} {}", sentence.said, sentence.more).trim().to_owned())
    }

    #[test]
    fn trouble_comes_before_anything_that_waits() {
        assert_eq!(said(None, &[]).0, Mood::Starting);
        assert_eq!(said(Some(&status(NetworkHealth::Offline, 2, 1)), &[]).0, Mood::Trouble);
        assert!(said(Some(&status(NetworkHealth::Fine, 2, 1)), &[]).1.contains("unlock"));
        assert_eq!(said(Some(&status(NetworkHealth::Fine, 0, 0)), &[]).0, Mood::Fine);
    }

    #[test]
    fn the_demo_data_say_how_far_they_are() {
        let demo = Some(api::DemoView { listed: 3, of: 12 });
        let (mood, words) = said(Some(&Status { demo, ..status(NetworkHealth::Fine, 0, 0) }), &[]);
        assert_eq!(mood, Mood::Waiting);
        assert!(words.ends_with("3 of 12"), "{words}");
    }

    #[test]
    fn a_rebuild_says_how_far_it_is() {
        let at = |at, done, of| {
            let rebuild = Some(api::RebuildView { at, to: 900, done, of });
            said(Some(&Status { rebuild, ..status(NetworkHealth::Fine, 0, 0) }), &[])
        };
        assert_eq!(at(300, 0, 0), (Mood::Waiting, "Looking for what you bought and published. 33\u{a0}%".into()));
        assert!(at(900, 1, 3).1.ends_with("1 of 3 found things brought back"));
    }

    #[test]
    fn one_waiting_purchase_says_until_when_the_money_is_safe() {
        let waiting = purchase(PurchaseState::Locked, 12, Money::SetAside, &[]);
        assert_eq!(
            said(Some(&status(NetworkHealth::Fine, 1, 0)), std::slice::from_ref(&waiting)).1,
            "One purchase is waiting for its publisher. Your money is safe until 14:35"
        );
        assert!(said(Some(&status(NetworkHealth::Fine, 3, 0)), &[waiting]).1.starts_with("3 things"));
    }
}
