//! How the machines of an agreement lie in the journal.

use crate::{Point, Status};
use agreement::{Machine, buyer, publisher};
use protocol::AgreementId;
use serde::{Serialize, de::DeserializeOwned};

/// A machine that the journal keeps.
pub trait Journaled:
    Machine<Event: Send + Sync, Effect: Send + Sync> + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Names the machine in the journal.
    const MACHINE: &'static str;
    /// The row's id.
    fn id(&self) -> String;
    /// The point at which this state becomes durable.
    fn point(&self) -> Point;
    /// How far it is in the words of OEP-5.
    fn status(&self) -> Status;
    /// Whether the state before and the chain lead here again, so that a crash before it is durable loses nothing.
    fn is_derived(&self) -> bool;
}

/// The journal's id of a purchase.
pub fn buyer_id(agreement: AgreementId) -> String {
    format!("buyer:{}", agreement.hex())
}

/// The journal's id of a sale.
pub fn publisher_id(agreement: AgreementId) -> String {
    format!("publisher:{}", agreement.hex())
}

impl Journaled for buyer::State {
    const MACHINE: &'static str = "buyer";

    fn id(&self) -> String {
        buyer_id(self.order().terms.agreement)
    }

    fn point(&self) -> Point {
        match self {
            Self::Confirmed { .. } => Point::BuyerConfirmed,
            Self::Requested { .. } => Point::BuyerRequested,
            Self::SelfCreating { .. } => Point::BuyerSelfCreating,
            Self::Locking { .. } => Point::BuyerLocking,
            Self::Locked { .. } => Point::BuyerLocked,
            Self::Granted { .. } => Point::BuyerGranted,
            Self::Completed { released: false, .. } => Point::BuyerCompleted,
            Self::Completed { released: true, .. } => Point::BuyerReleased,
            Self::Refundable { .. } => Point::BuyerRefundable,
            Self::Aborting { .. } => Point::BuyerAborting,
            Self::Refunding { .. } => Point::BuyerRefunding,
            Self::Refunded { .. } => Point::BuyerRefunded,
            Self::Abandoned { .. } => Point::BuyerAbandoned,
        }
    }

    fn status(&self) -> Status {
        match self {
            Self::Confirmed { .. } | Self::Requested { .. } | Self::SelfCreating { .. } | Self::Abandoned { .. } => {
                Status::Cached
            }
            Self::Locking { .. }
            | Self::Locked { .. }
            | Self::Granted { .. }
            | Self::Refundable { .. }
            | Self::Aborting { .. }
            | Self::Refunding { .. }
            | Self::Refunded { .. } => Status::StoredVm,
            Self::Completed { .. } => Status::StoredDb,
        }
    }

    fn is_derived(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::Granted { .. } | Self::Refundable { .. })
    }
}

impl Journaled for publisher::State {
    const MACHINE: &'static str = "publisher";

    fn id(&self) -> String {
        publisher_id(self.sale().terms.agreement)
    }

    fn point(&self) -> Point {
        match self {
            Self::Requested { .. } => Point::PublisherRequested,
            Self::Seen { .. } => Point::PublisherSeen,
            Self::Creating { .. } => Point::PublisherCreating,
            Self::Created { .. } => Point::PublisherCreated,
            Self::Rehashing { .. } => Point::PublisherRehashing,
            Self::Granting { .. } => Point::PublisherGranting,
            Self::Granted { .. } => Point::PublisherGranted,
            Self::Releasing { .. } => Point::PublisherReleasing,
            Self::Released { .. } => Point::PublisherReleased,
            Self::Refused { .. } => Point::PublisherRefused,
            Self::Expired { .. } => Point::PublisherExpired,
        }
    }

    fn status(&self) -> Status {
        match self {
            Self::Requested { .. } | Self::Seen { .. } | Self::Creating { .. } => Status::Cached,
            Self::Created { .. }
            | Self::Rehashing { .. }
            | Self::Granting { .. }
            | Self::Granted { .. }
            | Self::Releasing { .. }
            | Self::Refused { .. }
            | Self::Expired { .. } => Status::StoredVm,
            Self::Released { .. } => Status::StoredDb,
        }
    }

    fn is_derived(&self) -> bool {
        // A request that was taken is on disk; that the gateway began to create it is known from the outbox.
        matches!(self, Self::Creating { .. } | Self::Created { .. } | Self::Rehashing { .. } | Self::Granted { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use agreement::{AgreementFact, ConditionFact, ConditionState, Facts, Order, Retry, VerifiedAgreement};
    use protocol::{Address, Did, TemplateId, Vodka, conditions::AccessTerms};

    const AGREEMENT: AgreementId = AgreementId([1; 32]);

    fn terms() -> AccessTerms {
        AccessTerms {
            agreement: AGREEMENT,
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
        }
    }

    fn order() -> Order {
        let gateway = String::new();
        Order { terms: terms(), service: 1, gateway, confirmed_at: 0, create_within: 60, grant_margin: 10 }
    }

    fn sale() -> publisher::Sale {
        publisher::Sale { terms: terms(), service: 1, version: String::new(), grant_margin: 1, grace: 1 }
    }

    fn verified() -> VerifiedAgreement {
        let terms = terms();
        let condition = |type_ref, time_out| ConditionFact {
            type_ref,
            state: ConditionState::Unfulfilled,
            time_lock: 0,
            time_out,
            created_at: 1,
        };
        let facts = Facts {
            block: 1,
            agreement: Some(AgreementFact {
                did: terms.did,
                template: terms.template,
                conditions: terms.ids().v02().to_vec(),
                actors: vec![terms.consumer, terms.provider],
            }),
            lock: condition(terms.lock_contract, 0),
            access: condition(terms.access_contract, 100),
            escrow: condition(terms.escrow_contract, 0),
        };
        VerifiedAgreement::check(&order(), &facts).unwrap()
    }

    #[test]
    fn a_purchase_and_a_sale_of_one_agreement_have_rows_of_their_own() {
        let hex = "0x0101010101010101010101010101010101010101010101010101010101010101";
        assert_eq!(buyer::State::new(order()).id(), format!("buyer:{hex}"));
        assert_eq!(publisher::State::requested(sale()).id(), format!("publisher:{hex}"));
    }

    #[test]
    fn a_buyer_s_state_that_sends_a_transaction_is_on_disk_before_it_is_sent() {
        let (v, retry) = (verified, Retry::default());
        let on_disk = [
            buyer::State::Confirmed { order: order() },
            buyer::State::Requested { order: order(), refused: None },
            buyer::State::SelfCreating { order: order(), failed: None },
            buyer::State::Locking { verified: v(), failed: None },
            buyer::State::Aborting { verified: v(), retry },
            buyer::State::Refunding { verified: v(), retry },
        ];
        for state in on_disk {
            assert!(!state.is_derived(), "{state:?}");
        }
        let derived = [
            buyer::State::Locked { verified: v(), locked_at: 2 },
            buyer::State::Granted { verified: v(), granted_at: 3 },
            buyer::State::Refundable { verified: v(), block: 102 },
        ];
        for state in derived {
            assert!(state.is_derived(), "{state:?}");
        }
    }

    #[test]
    fn a_publisher_s_state_that_grants_or_takes_money_is_on_disk_before_it_does() {
        let accepted = publisher::Accepted { created_at: 1, deadline: Some(101) };
        let retry = Retry::default();
        let on_disk = [
            publisher::State::Requested { sale: sale() },
            publisher::State::Seen { sale: sale() },
            publisher::State::Granting { sale: sale(), accepted, retry },
            publisher::State::Releasing { sale: sale(), accepted, delivered: true, retry },
        ];
        for state in on_disk {
            assert!(!state.is_derived(), "{state:?}");
        }
        let derived = [
            publisher::State::Creating { sale: sale(), failed: None },
            publisher::State::Created { sale: sale(), accepted },
            publisher::State::Rehashing { sale: sale(), accepted },
            publisher::State::Granted { sale: sale(), accepted, granted_at: 3 },
        ];
        for state in derived {
            assert!(state.is_derived(), "{state:?}");
        }
    }

    #[test]
    fn each_state_of_a_purchase_becomes_durable_at_its_own_point_and_stands_in_the_words_of_oep_5() {
        use buyer::State as S;
        let (v, retry) = (verified, Retry::default());
        let completed = |released| S::Completed { verified: v(), granted_at: 3, released };
        let states = [
            (S::Confirmed { order: order() }, Status::Cached),
            (S::Requested { order: order(), refused: None }, Status::Cached),
            (S::SelfCreating { order: order(), failed: None }, Status::Cached),
            (S::Locking { verified: v(), failed: None }, Status::StoredVm),
            (S::Locked { verified: v(), locked_at: 2 }, Status::StoredVm),
            (S::Granted { verified: v(), granted_at: 3 }, Status::StoredVm),
            (completed(false), Status::StoredDb),
            (S::Refundable { verified: v(), block: 102 }, Status::StoredVm),
            (S::Aborting { verified: v(), retry }, Status::StoredVm),
            (S::Refunding { verified: v(), retry }, Status::StoredVm),
            (S::Refunded { verified: v(), at: 110 }, Status::StoredVm),
            (S::Abandoned { order: order(), reason: buyer::Reason::NeverCreated }, Status::Cached),
        ];
        for (state, status) in states {
            assert_eq!(state.point().name(), format!("buyer_{}", state.name()));
            assert_eq!(state.status(), status, "{state:?}");
        }
        let released = completed(true);
        assert_eq!((released.point(), released.status()), (Point::BuyerReleased, Status::StoredDb));
    }

    #[test]
    fn each_state_of_a_sale_becomes_durable_at_its_own_point_and_stands_in_the_words_of_oep_5() {
        use publisher::State as S;
        let accepted = publisher::Accepted { created_at: 1, deadline: Some(101) };
        let retry = Retry::default();
        let states = [
            (S::Requested { sale: sale() }, Status::Cached),
            (S::Seen { sale: sale() }, Status::Cached),
            (S::Creating { sale: sale(), failed: None }, Status::Cached),
            (S::Created { sale: sale(), accepted }, Status::StoredVm),
            (S::Rehashing { sale: sale(), accepted }, Status::StoredVm),
            (S::Granting { sale: sale(), accepted, retry }, Status::StoredVm),
            (S::Granted { sale: sale(), accepted, granted_at: 3 }, Status::StoredVm),
            (S::Releasing { sale: sale(), accepted, delivered: true, retry }, Status::StoredVm),
            (S::Released { sale: sale(), at: 110 }, Status::StoredDb),
            (
                S::Refused { sale: sale(), reason: publisher::Refusal::Changed { reason: "other".into() } },
                Status::StoredVm,
            ),
            (S::Expired { sale: sale(), at: 110 }, Status::StoredVm),
        ];
        for (state, status) in states {
            assert_eq!(state.point().name(), format!("publisher_{}", state.name()));
            assert_eq!(state.status(), status, "{state:?}");
        }
    }
}
