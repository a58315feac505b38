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
