//! The named places where something becomes durable. Tests end the process right before or after one of them.
//!
//! With the feature `killpoints`, the environment variable `NEUSTON_KILL` names a point: `before:payment_signed` aborts
//! right before that commit, `after:payment_signed:2` right after its second one. Without the feature, which no release
//! has, no such code exists.

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Where something becomes durable. Every commit of journal and outbox names its point.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Point { $($(#[$doc])* $name,)* }

        impl Point {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name, snake_case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

points! {
    /// The buyer's state `confirmed`.
    BuyerConfirmed = "buyer_confirmed",
    /// The buyer's state `requested`.
    BuyerRequested = "buyer_requested",
    /// The buyer's state `self_creating`.
    BuyerSelfCreating = "buyer_self_creating",
    /// The buyer's state `locking`.
    BuyerLocking = "buyer_locking",
    /// The buyer's state `locked`.
    BuyerLocked = "buyer_locked",
    /// The buyer's state `granted`.
    BuyerGranted = "buyer_granted",
    /// The buyer's state `completed`.
    BuyerCompleted = "buyer_completed",
    /// The buyer's state `completed`, and the publisher has been paid.
    BuyerReleased = "buyer_released",
    /// The buyer's state `refundable`.
    BuyerRefundable = "buyer_refundable",
    /// The buyer's state `aborting`.
    BuyerAborting = "buyer_aborting",
    /// The buyer's state `refunding`.
    BuyerRefunding = "buyer_refunding",
    /// The buyer's state `refunded`.
    BuyerRefunded = "buyer_refunded",
    /// The buyer's state `abandoned`.
    BuyerAbandoned = "buyer_abandoned",
    /// The publisher's state `requested`.
    PublisherRequested = "publisher_requested",
    /// The publisher's state `seen`.
    PublisherSeen = "publisher_seen",
    /// The publisher's state `creating`.
    PublisherCreating = "publisher_creating",
    /// The publisher's state `created`.
    PublisherCreated = "publisher_created",
    /// The publisher's state `rehashing`.
    PublisherRehashing = "publisher_rehashing",
    /// The publisher's state `granting`.
    PublisherGranting = "publisher_granting",
    /// The publisher's state `granted`.
    PublisherGranted = "publisher_granted",
    /// The publisher's state `releasing`.
    PublisherReleasing = "publisher_releasing",
    /// The publisher's state `released`.
    PublisherReleased = "publisher_released",
    /// The publisher's state `refused`.
    PublisherRefused = "publisher_refused",
    /// The publisher's state `expired`.
    PublisherExpired = "publisher_expired",
    /// createAgreement is signed.
    CreateSigned = "create_signed",
    /// Approval and payment are signed.
    PaymentSigned = "payment_signed",
    /// The payment is forbidden.
    PaymentForbidden = "payment_forbidden",
    /// abortByTimeOut is signed, and EscrowReward.fulfill behind it.
    AbortSigned = "abort_signed",
    /// EscrowReward.fulfill alone is signed by the buyer's side.
    RefundSigned = "refund_signed",
    /// AccessSecretStore.fulfill is signed.
    GrantSigned = "grant_signed",
    /// EscrowReward.fulfill is signed by the publisher's side.
    ReleaseSigned = "release_signed",
    /// A registration of a listing is signed.
    RegisterSigned = "register_signed",
    /// A transfer, a faucet request or another transaction outside agreements is signed.
    OtherSigned = "other_signed",
    /// A transaction is signed anew with another fee.
    TxReplaced = "tx_replaced",
    /// How a transaction ended is noted.
    TxSettled = "tx_settled",
    /// A listing to be published is on disk with its salt and number.
    PublishDrafted = "publish_drafted",
    /// Its list of files is encrypted.
    PublishEncrypted = "publish_encrypted",
    /// It is registered on the chain.
    PublishRegistered = "publish_registered",
    /// It is in the catalogue.
    PublishListed = "publish_listed",
    /// A change of a listing is on disk, signed, before anything of it is sent.
    ChangeKept = "change_kept",
    /// The change is on the chain and in the catalogue.
    ChangeListed = "change_listed",
    /// Keys and file list of a purchase are in the library.
    LibraryKept = "library_kept",
    /// How a download stands is noted.
    DownloadKept = "download_kept",
    /// An agreement of another shape is on disk with its document, before it goes on record.
    AgreementKept = "agreement_kept",
    /// createAgreement of another shape is signed.
    AgreementSigned = "agreement_signed",
    /// A payment for a condition of another shape is signed, with its approval.
    StepPaymentSigned = "step_payment_signed",
    /// The fulfilment or abortion of a condition of another shape is signed.
    StepSigned = "step_signed",
    /// A watch-tower knows of an agreement, or how it stands.
    WatchKept = "watch_kept",
}

#[cfg(feature = "killpoints")]
mod kill {
    use super::Point;
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };

    struct Order {
        after: bool,
        point: Point,
        nth: u32,
    }

    static ORDER: LazyLock<Option<Order>> =
        LazyLock::new(|| std::env::var("NEUSTON_KILL").ok().and_then(|text| read(&text)));
    static SEEN: AtomicU32 = AtomicU32::new(0);

    fn read(text: &str) -> Option<Order> {
        let mut parts = text.split(':');
        let after = match parts.next()? {
            "before" => false,
            "after" => true,
            _ => return None,
        };
        let name = parts.next()?;
        let point = Point::ALL.iter().copied().find(|p| p.name() == name)?;
        let nth = parts.next().map_or(Some(1), |n| n.parse().ok())?;
        Some(Order { after, point, nth })
    }

    pub(crate) fn pass(point: Point, after: bool) {
        if let Some(order) = ORDER.as_ref()
            && order.point == point
            && order.after == after
            && SEEN.fetch_add(1, Ordering::SeqCst) + 1 == order.nth
        {
            std::process::abort();
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_order_names_side_point_and_count() {
            let order = read("after:payment_signed:2").unwrap();
            assert_eq!((order.after, order.point, order.nth), (true, Point::PaymentSigned, 2));
            assert_eq!(read("before:buyer_locked").unwrap().nth, 1);
            for wrong in ["", "before", "during:buyer_locked", "before:nowhere", "before:buyer_locked:x"] {
                assert!(read(wrong).is_none(), "{wrong}");
            }
        }
    }
}

/// Before a commit.
pub(crate) fn before(point: Point) {
    #[cfg(feature = "killpoints")]
    kill::pass(point, false);
    #[cfg(not(feature = "killpoints"))]
    let _ = point;
}

/// After a commit, before anybody hears of it.
pub(crate) fn after(point: Point) {
    #[cfg(feature = "killpoints")]
    kill::pass(point, true);
    #[cfg(not(feature = "killpoints"))]
    let _ = point;
}

/// A commit of another file than the ledger's, at its point.
pub fn at<T>(point: Point, commit: impl FnOnce() -> T) -> T {
    before(point);
    let done = commit();
    after(point);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<_> = Point::ALL.iter().map(|p| p.name()).collect();
        assert_eq!(names.len(), Point::ALL.len());
    }
}
