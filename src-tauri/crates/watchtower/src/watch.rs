//! The machine of a watched agreement.

use agreement::{Machine, buyer};
use runner::{Journaled, Point, Status};
use serde::{Deserialize, Serialize};

/// A purchase of somebody else: the buyer's machine from the payment on. It has a name of its own in the journal, which
/// may be that of somebody who buys, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Watch(pub(crate) buyer::State);

impl Watch {
    /// Where the purchase stands.
    pub fn purchase(&self) -> &buyer::State {
        &self.0
    }
}

impl Machine for Watch {
    type Event = buyer::Event;
    type Effect = buyer::Effect;

    fn step(self, event: Self::Event) -> (Self, Vec<Self::Effect>) {
        let (state, effects) = self.0.step(event);
        (Self(state), effects)
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn is_final(&self) -> bool {
        self.0.is_final()
    }

    fn resume() -> Self::Event {
        buyer::State::resume()
    }

    fn head(block: u64) -> Self::Event {
        buyer::State::head(block)
    }

    fn is_reading(effect: &Self::Effect) -> bool {
        buyer::State::is_reading(effect)
    }
}

impl Journaled for Watch {
    const MACHINE: &'static str = "watch";

    fn id(&self) -> String {
        watch_id(self.0.order().terms.agreement)
    }

    fn point(&self) -> Point {
        Point::WatchKept
    }

    fn status(&self) -> Status {
        Status::StoredVm
    }

    fn is_derived(&self) -> bool {
        // From the terms and the chain all of it is found again; what was signed is in the outbox.
        true
    }
}

/// The journal's id of a watched agreement.
pub(crate) fn watch_id(agreement: protocol::AgreementId) -> String {
    format!("watch:{}", agreement.hex())
}

#[cfg(test)]
mod tests {
    use super::*;
    use agreement::{ConditionFact, ConditionState, Facts, Order, buyer::Effect};
    use protocol::{Address, AgreementId, Did, TemplateId, Vodka, conditions::AccessTerms};

    fn watch(escrow: ConditionState, access: ConditionState) -> Watch {
        let terms = AccessTerms {
            agreement: AgreementId([1; 32]),
            did: Did([2; 32]),
            template: TemplateId([3; 32]).into(),
            provider: Address([4; 20]),
            consumer: Address([5; 20]),
            owner: Address([6; 20]),
            price: Vodka::from_ocean(7),
            time_locks: [0; 3],
            time_outs: [0, 100, 0],
            escrow_contract: Address([10; 20]),
            lock_contract: Address([11; 20]),
            access_contract: Address([12; 20]),
        };
        let condition =
            |type_ref, state, time_out| ConditionFact { type_ref, state, time_lock: 0, time_out, created_at: 1 };
        let facts = Facts {
            block: 5,
            agreement: Some(agreement::AgreementFact {
                did: terms.did,
                template: terms.template,
                conditions: terms.ids().v02().to_vec(),
                actors: vec![terms.provider, terms.consumer],
            }),
            lock: condition(terms.lock_contract, ConditionState::Fulfilled, 0),
            access: condition(terms.access_contract, access, 100),
            escrow: condition(terms.escrow_contract, escrow, 0),
        };
        let gateway = String::new();
        let order = Order { terms, service: 0, gateway, confirmed_at: 5, create_within: 0, grant_margin: 0 };
        Watch(buyer::State::recovered(order, &facts).unwrap().0)
    }

    #[test]
    fn a_watched_purchase_is_the_buyer_s_machine_under_a_name_of_its_own() {
        let open = watch(ConditionState::Unfulfilled, ConditionState::Unfulfilled);
        assert_eq!((open.name(), open.is_final()), ("locked", false));
        assert_eq!(open.id(), format!("watch:0x{}", "01".repeat(32)));
        assert_ne!(open.id(), open.purchase().id());
        let back = watch(ConditionState::Fulfilled, ConditionState::Aborted);
        assert_eq!((back.name(), back.is_final()), ("refunded", true));
        let (next, effects) = open.clone().step(Watch::resume());
        assert_eq!(next, open);
        assert_eq!(effects, [Effect::ReadFacts, Effect::TickUntil { block: 102 }]);
        assert_eq!(open.step(Watch::head(102)).0.name(), "refundable");
        assert!(Watch::is_reading(&Effect::ReadFacts) && !Watch::is_reading(&Effect::Refund { attempt: 0 }));
    }

    #[test]
    fn a_watch_waits_for_no_disk_since_the_chain_tells_all_of_it_again() {
        assert!(watch(ConditionState::Unfulfilled, ConditionState::Aborted).is_derived());
    }
}
