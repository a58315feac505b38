//! The kinds of events by name and by number. Numbers are on disk: they are never given to another kind.

use std::{fmt, str::FromStr};

macro_rules! topics {
    ($($(#[$doc:meta])* $name:ident = $number:literal $text:literal,)*) => {
        /// A kind of event of the keeper contracts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Topic { $($(#[$doc])* $name,)* }

        impl Topic {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name that people type.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            pub(crate) const fn number(self) -> i64 {
                match self { $(Self::$name => $number,)* }
            }

            pub(crate) const fn of_number(number: i64) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }
        }
    };
}

topics! {
    /// A listing was registered or changed.
    DidRegistered = 1 "did-registered",
    /// A gateway may serve a listing.
    DidProviderAdded = 2 "did-provider-added",
    /// A gateway may no longer serve a listing.
    DidProviderRemoved = 3 "did-provider-removed",
    /// A listing has a new owner.
    DidOwnershipTransferred = 4 "did-ownership-transferred",
    /// An account may read a listing.
    DidPermissionGranted = 5 "did-permission-granted",
    /// An account may no longer read a listing.
    DidPermissionRevoked = 6 "did-permission-revoked",
    /// A template was proposed.
    TemplateProposed = 7 "template-proposed",
    /// A template was approved.
    TemplateApproved = 8 "template-approved",
    /// A template was revoked.
    TemplateRevoked = 9 "template-revoked",
    /// There is an agreement.
    AgreementCreated = 10 "agreement-created",
    /// An account is part of an agreement.
    AgreementActorAdded = 11 "agreement-actor-added",
    /// There is a condition.
    ConditionCreated = 12 "condition-created",
    /// A condition was decided.
    ConditionUpdated = 13 "condition-updated",
    /// A payment is in escrow.
    PaymentLocked = 14 "payment-locked",
    /// The keys of a listing may be had.
    AccessGranted = 15 "access-granted",
    /// Escrow paid out.
    EscrowPaid = 16 "escrow-paid",
    /// A computation was started.
    ComputeTriggered = 17 "compute-triggered",
    /// There is an agreement of v0.1.
    AgreementCreatedV01 = 18 "agreement-created-v01",
    /// Tokens moved.
    Transfer = 19 "transfer",
    /// An account may take tokens of another.
    Approval = 20 "approval",
    /// More test tokens were asked for than are given at once.
    RequestLimitExceeded = 21 "request-limit-exceeded",
    /// Test tokens were asked for too soon.
    RequestFrequencyExceeded = 22 "request-frequency-exceeded",
}

/// No kind of event has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no event “{0}”")]
pub struct UnknownTopic(pub String);

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, UnknownTopic> {
        let found = Self::ALL.iter().find(|topic| topic.name() == text);
        found.copied().ok_or_else(|| UnknownTopic(text.to_owned()))
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_found_again_by_name_and_by_number() {
        for topic in Topic::ALL {
            assert_eq!(topic.name().parse(), Ok(*topic));
            assert_eq!(Topic::of_number(topic.number()), Some(*topic));
        }
        assert_eq!("no-such".parse::<Topic>(), Err(UnknownTopic("no-such".to_owned())));
    }
}
