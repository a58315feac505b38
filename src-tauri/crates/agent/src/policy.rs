//! What may be begun here (`docs/policy.md`). A file of rules, read at every confirmation: a change counts for what comes later.
//!
//! Without the file everything may be signed. One that cannot be read forbids everything: a rule that was meant to hold
//! must not stop holding because of a typing error.

use api::{ApiError, Code, Risk, Sentence, sentence};
use protocol::{Address, AgreementId, Did, Hash32, TemplateId, Vodka, shape::Kind};
use serde::Deserialize;
use std::path::PathBuf;

/// What is about to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// A purchase.
    Buy {
        /// Of what.
        did: Did,
        /// For how much.
        price: Vodka,
        /// What its buyer would have to accept.
        risks: Vec<Risk>,
    },
    /// A listing.
    Publish {
        /// For how much.
        price: Vodka,
    },
    /// A change of a listing.
    Change {
        /// Which.
        did: Did,
    },
    /// A transfer.
    Send {
        /// To whom.
        to: Address,
        /// How much.
        amount: Vodka,
    },
    /// A request for test tokens.
    TestTokens,
    /// An agreement of another shape, to be put on record.
    Agree {
        /// Which.
        agreement: AgreementId,
        /// About what.
        did: Did,
    },
    /// A payment in an agreement of another shape.
    Pay {
        /// In which.
        agreement: AgreementId,
        /// How much.
        amount: Vodka,
    },
    /// A step of an agreement of another shape in which nothing is paid.
    Step {
        /// In which.
        agreement: AgreementId,
        /// Of which kind.
        kind: Kind,
        /// Whether it is given up.
        abort: bool,
    },
    /// 32 bytes that a condition asks for.
    Sign {
        /// In which agreement.
        agreement: AgreementId,
        /// What.
        message: Hash32,
    },
    /// A change of a template.
    Template {
        /// Which.
        template: TemplateId,
    },
    /// A change of the roles of templates.
    Role {
        /// Which.
        name: String,
    },
    /// A change of one's list.
    List {
        /// What.
        item: Hash32,
        /// Whether it comes in.
        listed: bool,
    },
}

/// The rules, as their file has them. An absent rule allows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// OCEAN that one purchase may cost.
    most_per_purchase: Option<String>,
    /// OCEAN that one transfer may move.
    most_per_transfer: Option<String>,
    /// Purchases whose money could not come back, because the publisher set no time to open them.
    #[serde(default)]
    without_refund: Rule,
    /// Priced purchases on a network whose contracts are not ours.
    #[serde(default)]
    foreign_contracts: Rule,
    /// Listings with a price.
    #[serde(default)]
    priced_listings: Rule,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rule {
    /// Whoever signs is asked.
    #[default]
    Ask,
    /// Not here.
    Never,
}

/// The rules of a home.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    file: Option<PathBuf>,
}

impl Policy {
    /// The rules in this file, which may be absent.
    pub fn in_file(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// Whether it may be signed.
    ///
    /// # Errors
    /// With [`api::Code::Refused`] and the rule's own words, or what is wrong with the file.
    pub(crate) fn allows(&self, action: &Action) -> Result<(), ApiError> {
        let Some(file) = &self.file else { return Ok(()) };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(unreadable(file, Sentence::from(&error))),
        };
        let rules: Rules = toml::from_str(&text).map_err(|error| unreadable(file, Sentence::verbatim(error)))?;
        rules.allow(action).map_err(|forbidden| match forbidden {
            Forbidden::By(rule) => ApiError::new(
                Code::Refused,
                sentence!("The rules of this data folder do not allow it: {rule}.", rule),
                sentence!(
                    "Ask whoever keeps the rules; they are in {path}. Nothing was signed.",
                    path = file.as_path()
                ),
            ),
            Forbidden::Amount(text) => unreadable(file, sentence!("“{text}” is no amount of OCEAN", text)),
        })
    }
}

fn unreadable(file: &std::path::Path, why: Sentence) -> ApiError {
    ApiError::new(
        Code::Refused,
        sentence!("The rules of this data folder cannot be read, so nothing is signed: {why}.", why),
        sentence!("Set {path} right, or take it away if there are to be no rules.", path = file),
    )
}

/// Why it may not be signed.
#[derive(Debug, PartialEq, Eq)]
enum Forbidden {
    /// A rule, in words.
    By(Sentence),
    /// A rule's amount is none.
    Amount(String),
}

impl Rules {
    fn allow(&self, action: &Action) -> Result<(), Forbidden> {
        let never = |rule: Rule, words: &'static str| match rule {
            Rule::Ask => Ok(()),
            Rule::Never => Err(Forbidden::By(words.into())),
        };
        match action {
            Action::Buy { price, risks, .. } => {
                at_most(self.most_per_purchase.as_deref(), *price, |most, amount| {
                    sentence!("a purchase of at most {most}, not {amount}", most, amount)
                })?;
                for risk in risks {
                    match risk {
                        Risk::NoTimeLimit => never(self.without_refund, "no purchase whose money could not come back")?,
                        Risk::ForeignContracts => {
                            never(self.foreign_contracts, "no priced purchase with contracts of somebody else")?;
                        }
                    }
                }
                Ok(())
            }
            Action::Publish { price } if !price.is_zero() => never(self.priced_listings, "no listing with a price"),
            Action::Send { amount, .. } => at_most(self.most_per_transfer.as_deref(), *amount, |most, amount| {
                sentence!("a transfer of at most {most}, not {amount}", most, amount)
            }),
            Action::Pay { amount, .. } => at_most(self.most_per_purchase.as_deref(), *amount, |most, amount| {
                sentence!("a payment of at most {most}, not {amount}", most, amount)
            }),
            Action::Publish { .. }
            | Action::Change { .. }
            | Action::TestTokens
            | Action::Agree { .. }
            | Action::Step { .. }
            | Action::Sign { .. }
            | Action::Template { .. }
            | Action::Role { .. }
            | Action::List { .. } => Ok(()),
        }
    }
}

fn at_most(limit: Option<&str>, amount: Vodka, rule: fn(Vodka, Vodka) -> Sentence) -> Result<(), Forbidden> {
    let Some(text) = limit else { return Ok(()) };
    let most = Vodka::parse_ocean(text).map_err(|_| Forbidden::Amount(text.to_owned()))?;
    if amount > most {
        return Err(Forbidden::By(rule(most, amount)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buys(ocean: u64, risks: &[Risk]) -> Action {
        Action::Buy { did: Did([1; 32]), price: Vodka::from_ocean(ocean), risks: risks.to_vec() }
    }

    fn under(text: &str, action: &Action) -> Result<(), ApiError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        std::fs::write(&file, text).unwrap();
        Policy::in_file(file).allows(action)
    }

    #[test]
    fn without_rules_everything_may_be_signed() {
        let absent = Policy::in_file(PathBuf::from("/nowhere/policy.toml"));
        for policy in [Policy::default(), absent] {
            policy.allows(&buys(1_000_000, &[Risk::NoTimeLimit, Risk::ForeignContracts])).unwrap();
        }
        under("", &buys(1_000_000, &[Risk::NoTimeLimit])).unwrap();
    }

    #[test]
    fn the_example_of_the_documentation_is_read() {
        let document = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/policy.md"));
        let example = document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        under(example, &buys(500, &[])).unwrap();
        for refused in [buys(501, &[]), buys(1, &[Risk::NoTimeLimit]), buys(1, &[Risk::ForeignContracts])] {
            assert!(under(example, &refused).unwrap_err().message.contains("do not allow"));
        }
    }

    #[test]
    fn a_limit_holds_to_the_last_vodka() {
        let rules = "most_per_purchase = \"12.5\"\nmost_per_transfer = \"3\"";
        let over = Vodka::parse_ocean("12.500000000000000001").unwrap();
        under(rules, &buys(12, &[])).unwrap();
        under(rules, &Action::Buy { did: Did([1; 32]), price: Vodka::parse_ocean("12.5").unwrap(), risks: vec![] })
            .unwrap();
        let refused = under(rules, &Action::Buy { did: Did([1; 32]), price: over, risks: vec![] }).unwrap_err();
        assert_eq!(refused.code, Code::Refused);
        assert!(refused.message.contains("12.50"), "{refused}");
        let to = Address([1; 20]);
        under(rules, &Action::Send { to, amount: Vodka::from_ocean(3) }).unwrap();
        under(rules, &Action::Send { to, amount: Vodka::from_ocean(4) }).unwrap_err();
    }

    #[test]
    fn what_a_rule_forbids_is_not_asked() {
        let rules = "without_refund = \"never\"\nforeign_contracts = \"ask\"\npriced_listings = \"never\"";
        under(rules, &buys(1, &[Risk::NoTimeLimit])).unwrap_err();
        under(rules, &buys(1, &[Risk::ForeignContracts])).unwrap();
        under("foreign_contracts = \"never\"", &buys(1, &[Risk::ForeignContracts])).unwrap_err();
        under(rules, &Action::Publish { price: Vodka::from_ocean(1) }).unwrap_err();
        under(rules, &Action::Publish { price: Vodka::ZERO }).unwrap();
        under(rules, &Action::TestTokens).unwrap();
    }

    #[test]
    fn rules_that_cannot_be_read_forbid_everything() {
        for wrong in ["without_refunds = \"never\"", "most_per_purchase = \"much\"", "without_refund = 3", "\0"] {
            let refused = under(wrong, &buys(1, &[])).unwrap_err();
            assert_eq!(refused.code, Code::Refused, "{wrong}");
            assert!(refused.message.contains("cannot be read") && refused.next.contains("policy.toml"), "{refused}");
        }
    }

    #[test]
    fn a_payment_in_another_agreement_has_the_limit_of_a_purchase_and_not_that_of_a_transfer() {
        let rules = "most_per_purchase = \"12.5\"\nmost_per_transfer = \"3\"";
        let pays =
            |ocean: &str| Action::Pay { agreement: AgreementId([1; 32]), amount: Vodka::parse_ocean(ocean).unwrap() };
        under(rules, &pays("12.5")).unwrap();
        let refused = under(rules, &pays("12.500000000000000001")).unwrap_err();
        assert!(refused.message.contains("a payment of at most 12.50"), "{refused}");
        under("most_per_transfer = \"3\"", &pays("1000")).unwrap();
        under("most_per_purchase = \"3\"", &Action::Send { to: Address([1; 20]), amount: Vodka::from_ocean(4) })
            .unwrap();
    }

    #[test]
    fn what_moves_no_money_is_not_limited_but_asks_for_rules_that_can_be_read() {
        let (agreement, did) = (AgreementId([1; 32]), Did([1; 32]));
        let free = [
            Action::Change { did },
            Action::TestTokens,
            Action::Agree { agreement, did },
            Action::Step { agreement, kind: Kind::Sign, abort: true },
            Action::Sign { agreement, message: Hash32([1; 32]) },
            Action::Template { template: TemplateId([1; 32]) },
            Action::Role { name: "approver".to_owned() },
            Action::List { item: Hash32([1; 32]), listed: true },
        ];
        let strict = "most_per_purchase = \"0\"\nmost_per_transfer = \"0\"\nwithout_refund = \"never\"\n\
                      foreign_contracts = \"never\"\npriced_listings = \"never\"";
        for action in free {
            under(strict, &action).unwrap();
            under("no rule", &action).unwrap_err();
        }
    }

    #[test]
    fn rules_that_are_there_and_cannot_be_opened_forbid_everything() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Policy::in_file(folder.path().to_owned()).allows(&Action::TestTokens).unwrap_err();
        assert_eq!(refused.code, Code::Refused);
        assert!(refused.message.contains("cannot be read"), "{refused}");
    }
}
