//! How an agreement differs from what was confirmed, said to people in their language.

use crate::Flaw;
use protocol::{Sentence, sentence};

impl From<&Flaw> for Sentence {
    fn from(flaw: &Flaw) -> Self {
        match flaw {
            Flaw::Missing => "it is not on the chain".into(),
            Flaw::Did => "it is about another listing".into(),
            Flaw::Template => "it uses another form".into(),
            Flaw::Actors => "it is between other parties".into(),
            Flaw::Conditions => "it has other conditions".into(),
            Flaw::TypeRef { condition } => {
                sentence!("the condition {condition} belongs to another contract", condition = condition.name())
            }
            Flaw::TimeLock { condition, expected, found } => sentence!(
                "the condition {condition} starts {found} blocks after it was made instead of {expected}",
                condition = condition.name(),
                found = *found,
                expected = *expected
            ),
            Flaw::TimeOut { condition, expected, found } => sentence!(
                "the condition {condition} ends {found} blocks after it was made instead of {expected}",
                condition = condition.name(),
                found = *found,
                expected = *expected
            ),
            Flaw::CanTimeOut { condition } => sentence!(
                "the condition {condition} could run out, and the money would be stuck",
                condition = condition.name()
            ),
            Flaw::State { condition } => {
                sentence!("the condition {condition} is not open", condition = condition.name())
            }
            Flaw::TooLate { left, needed } => {
                sentence!("only {left} of {needed} blocks are left", left = *left, needed = *needed)
            }
        }
    }
}
