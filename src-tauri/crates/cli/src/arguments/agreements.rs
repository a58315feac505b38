//! What can be typed about agreements of other shapes than a purchase's.

use clap::{ArgGroup, Args, Subcommand};
use protocol::{Hash32, Signature, shape::Kind};
use std::path::PathBuf;

#[derive(Subcommand, Debug)]
pub(crate) enum Agreement {
    /// Puts the agreement of a document on record; again, it finds that it is there.
    New {
        /// The document: see docs/agreements.md.
        file: PathBuf,
        /// Only says what it would be.
        #[arg(long)]
        check: bool,
    },
    /// Keeps the document of an agreement that somebody else put on record, if it says what is on record.
    Join {
        /// The document.
        file: PathBuf,
    },
    /// The agreements in which an account of this home takes part.
    List,
    /// Shows an agreement: its steps, who acts next, when it ends.
    Show {
        /// The agreement's number.
        id: String,
    },
    /// Does a step: pays, signs, shows a preimage, starts a computation, grants, pays out.
    Fulfil(Fulfil),
    /// Gives a step up whose time is over.
    Abort(OneStep),
    /// Signs for a step, for somebody else to show with --signature.
    Sign(OneStep),
    /// The hash of a text, a number or 32 bytes, for a document.
    Hash(Hashed),
}

#[derive(Args, Debug)]
pub(crate) struct OneStep {
    /// The agreement's number.
    pub(crate) id: String,
    /// The step's name.
    pub(crate) condition: String,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("shown"))]
pub(crate) struct Fulfil {
    #[command(flatten)]
    pub(crate) step: OneStep,
    /// The text whose hash the step asks for.
    #[arg(long, group = "shown", value_name = "TEXT")]
    pub(crate) preimage: Option<String>,
    /// The whole number whose hash the step asks for.
    #[arg(long, group = "shown", value_name = "NUMBER")]
    pub(crate) preimage_number: Option<String>,
    /// The 32 bytes whose hash the step asks for.
    #[arg(long, group = "shown", value_name = "0x…")]
    pub(crate) preimage_word: Option<Hash32>,
    /// Somebody's signature, made with: neuston agreement sign. One's own is made without asking for it.
    #[arg(long, group = "shown", value_name = "0x…")]
    pub(crate) signature: Option<Signature>,
    /// Pay also where the money might not come back.
    #[arg(long)]
    pub(crate) without_refund: bool,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true))]
pub(crate) struct Hashed {
    /// A text.
    #[arg(long, group = "what")]
    pub(crate) text: Option<String>,
    /// A whole number.
    #[arg(long, group = "what")]
    pub(crate) number: Option<String>,
    /// 32 bytes.
    #[arg(long, group = "what", value_name = "0x…")]
    pub(crate) word: Option<Hash32>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Template {
    /// The network's templates.
    List,
    /// Proposes a template; agreements of it are possible once the network's operator has approved it.
    Propose {
        /// What it is called.
        name: String,
        /// A condition, in order; given once for each.
        #[arg(long, value_name = "KIND", value_parser = kind, required = true)]
        condition: Vec<Kind>,
        /// The role of somebody who takes part, in order; given once for each.
        #[arg(long, value_name = "ROLE", default_values_t = ["provider".to_owned(), "consumer".to_owned()])]
        actor: Vec<String>,
    },
    /// Approves a template, as the network's operator.
    Approve {
        /// Its name or id.
        template: String,
    },
    /// Revokes a template for good, as the network's operator or as who proposed it.
    Revoke {
        /// Its name or id.
        template: String,
    },
    /// The roles that templates may have.
    Roles,
    /// Registers a role, as the network's operator.
    AddRole {
        /// Its name.
        name: String,
    },
    /// Takes a role back for good, as the network's operator.
    RemoveRole {
        /// Its name.
        name: String,
    },
}

fn kind(text: &str) -> Result<Kind, String> {
    let names = || Kind::ALL.map(Kind::name).join(", ");
    Kind::from_name(text).ok_or_else(|| format!("there is no such condition; there are {}", names()))
}

#[derive(Subcommand, Debug)]
pub(crate) enum List {
    /// What is in one's list.
    Show,
    /// Puts something into one's list.
    Add(Item),
    /// Takes something out of one's list.
    Remove(Item),
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("item").required(true))]
pub(crate) struct Item {
    /// 32 bytes.
    #[arg(group = "item", value_name = "0x…")]
    pub(crate) word: Option<Hash32>,
    /// A text, of which the hash is in the list.
    #[arg(long, group = "item")]
    pub(crate) text: Option<String>,
}

#[cfg(test)]
mod tests {
    use crate::arguments::Arguments;
    use clap::Parser as _;

    #[test]
    fn one_thing_is_shown_to_a_step_and_a_list_is_told_what() {
        let typed = |words: &str| Arguments::try_parse_from(words.split(' ')).map(drop);
        assert!(typed("neuston agreement fulfil 0x01 word --preimage a").is_ok());
        assert!(typed("neuston agreement fulfil 0x01 word --preimage a --preimage-number 7").is_err());
        assert!(typed("neuston list add").is_err());
        assert!(typed("neuston list add --text a").is_ok());
        assert!(typed("neuston template propose name").is_err(), "a template has conditions");
        assert!(typed("neuston template propose name --condition lockReward --condition SignCondition").is_ok());
        let told = typed("neuston template propose name --condition lock").unwrap_err().to_string();
        assert!(told.contains("lockReward"), "it says what there is: {told}");
    }
}
