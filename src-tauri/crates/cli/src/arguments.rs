//! What can be typed. Names and options are a public interface: they stay.

mod agreements;

pub(crate) use agreements::{Agreement, Fulfil, Hashed, Item, List, Template};

use clap::{Args, Parser, Subcommand};
use protocol::{Address, Did, Hash32};
use std::path::PathBuf;

/// Publish, find, buy and download data; your money comes back when access fails.
#[derive(Parser, Debug)]
#[command(name = "neuston", version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Try it:
  neuston demo                                   the whole job on a network of its own, step by step
  neuston search river                           what is there
  neuston buy did:op:… && neuston download did:op:… --to .

Exit codes: 0 done, 1 failed, 2 usage, 3 locked or refused, 4 timed out waiting (state is kept), 5 network unreachable.";

/// Options of every command.
#[derive(Args, Debug, Clone)]
pub(crate) struct Common {
    /// The data folder.
    #[arg(long, global = true, env = "NEUSTON_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// A network by name, or its file.
    #[arg(long, global = true, value_name = "NAME|FILE")]
    pub(crate) network: Option<String>,
    /// The account to use.
    #[arg(long, global = true, value_name = "NAME|ADDRESS")]
    pub(crate) account: Option<String>,
    /// A file whose first line is the account's password.
    #[arg(long, global = true, env = "NEUSTON_PASSPHRASE_FILE", value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// One JSON document on standard output.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Progress as JSON lines on standard error.
    #[arg(long, global = true)]
    pub(crate) progress: bool,
    /// Answer every question with yes.
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,
    /// Seconds to wait for an outcome that comes no nearer before giving up with exit code 4.
    #[arg(long, global = true, default_value_t = 120, value_name = "SECONDS")]
    pub(crate) wait: u64,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// The whole job on a fresh network: publish, find, buy, download, compare.
    Demo(Demo),
    /// Runs a network's servers: chain, catalogue, gateway, key servers; with --network FILE those but the chain, for a
    /// chain that others run.
    Node(Node),
    /// Keeps this home running: its network, its gateway, everything that is pending.
    Serve,
    /// Networks: list, add, export, use, check.
    #[command(subcommand)]
    Network(Network),
    /// The keeper contracts.
    #[command(subcommand)]
    Contracts(Contracts),
    /// Accounts: new, import, balance, send and more.
    #[command(subcommand)]
    Wallet(Wallet),
    /// Publishes files or links as a listing.
    Publish(Publish),
    /// Finds listings.
    Search(Search),
    /// Shows a listing.
    Show(OneDid),
    /// Changes a listing of one's own.
    Edit(Edit),
    /// Takes a listing of one's own out of search.
    Unlist(OneDid),
    /// Buys a listing.
    Buy(Buy),
    /// Downloads what was bought.
    Download(Download),
    /// Purchases and where they stand; with a number, an agreement of any shape.
    Agreements(Receipted),
    /// Agreements of other shapes: computations, signatures, preimages, thresholds, lists.
    #[command(subcommand)]
    Agreement(Agreement),
    /// Templates of agreements: list, propose, approve, revoke.
    #[command(subcommand)]
    Template(Template),
    /// One's own list, which a step of an agreement can ask.
    #[command(subcommand)]
    List(List),
    /// Checks the receipt of an agreement without a network. What is left to look up is whether the chain has its blocks;
    /// --network FILE says whose contracts it is about.
    VerifyReceipt {
        /// The receipt.
        file: PathBuf,
    },
    /// Goes on with everything that is pending.
    Resume(Agreements),
    /// Takes the money back where the agreement allows it.
    Refund(OneAgreement),
    /// What one owns.
    Library(Library),
    /// What the contracts logged: the history of an address, and what comes.
    Events(Events),
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Keeps the demo's folder.
    #[arg(long)]
    pub(crate) keep: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Node {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8545", value_name = "ADDR:PORT")]
    pub(crate) listen: String,
    /// Where to keep the data; without it, in `node` below the data folder, which --home names.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Milliseconds between blocks; 0 makes a block when there is a transaction.
    #[arg(long, value_name = "MS")]
    pub(crate) block_time: Option<u64>,
    /// Lets strangers list, with the node's gateway, files of this machine and its network by their links, and so read them.
    /// Only where whoever can reach the node may. Without it their links lead to public internet addresses only.
    #[arg(long)]
    pub(crate) private_links: bool,
    /// A file (TOML): data, block_time, name, chain_id, gateway, private_links, origins (a list: whose web pages may ask, like
    /// "https://market.example"; "*" is all), aquarius_1_1, key_servers, or key_server (one alone, with its peers).
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Network {
    /// The networks known here.
    List,
    /// Adds a network from its file.
    Add {
        /// The network's file.
        file: PathBuf,
    },
    /// Prints or writes a network's file.
    Export {
        /// Its name.
        name: String,
        /// Where to write it.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Makes a network the one in use.
    Use {
        /// Its name.
        name: String,
    },
    /// Checks chain, contracts and services.
    Check,
    /// Accepts priced purchases where the contracts are not ours, and where money back cannot be promised for that reason.
    Consent {
        /// Takes the consent back.
        #[arg(long)]
        withdraw: bool,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Contracts {
    /// Deploys the keeper contracts on any chain and writes its network file.
    Deploy {
        /// The chain's JSON-RPC address.
        #[arg(long)]
        rpc: String,
        /// A file with the deployer's private key in hex.
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
        /// The network file to write; one that is there already stays as it is.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The network's name.
        #[arg(long, default_value = "my-network")]
        name: String,
        /// Accounts that own the contracts together and can upgrade them: one operator, one vote. Without it the
        /// deployer owns them, and they cannot be upgraded.
        #[arg(long, value_name = "OWNER,OWNER,…", value_delimiter = ',')]
        governed: Vec<protocol::Address>,
        /// Votes that decide; more than half of the owners unless given.
        #[arg(long, value_name = "VOTES", requires = "governed")]
        required: Option<u64>,
    },
}

#[derive(Subcommand, Debug)]
pub(crate) enum Wallet {
    /// Makes an account; the first one needs a password.
    New {
        /// Recovery words: 12 or 24.
        #[arg(long, default_value_t = 12)]
        words: u8,
        /// Its name, for one more account of the same words.
        #[arg(long)]
        name: Option<String>,
    },
    /// Brings in an account.
    #[command(group = clap::ArgGroup::new("from").required(true))]
    Import {
        /// A file with 12 or 24 recovery words.
        #[arg(long, group = "from", value_name = "FILE")]
        words_file: Option<PathBuf>,
        /// A file with a private key in hex.
        #[arg(long, group = "from", value_name = "FILE")]
        key_file: Option<PathBuf>,
        /// A Web3 keystore file, version 3.
        #[arg(long, group = "from", value_name = "FILE")]
        keystore: Option<PathBuf>,
        /// A file whose first line opens the keystore; without it, the account's own password is tried.
        #[arg(long, value_name = "FILE")]
        keystore_passphrase_file: Option<PathBuf>,
    },
    /// Changes the password.
    Update {
        /// A file whose first line is the new password.
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: PathBuf,
    },
    /// The accounts of this home.
    List,
    /// The account in use.
    Show,
    /// Its balance.
    Balance,
    /// Sends tokens.
    Send {
        /// To whom.
        to: Address,
        /// How many OCEAN.
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
    /// What pays the network's fees: the account, and this computer's own key, which opens purchases and takes money back.
    Fees {
        /// Moves so much of the network's own coin, like 0.05, from the account to this computer's key.
        #[arg(long, value_name = "ETHER", allow_negative_numbers = true)]
        fill: Option<String>,
    },
    /// Asks a test network for tokens.
    Faucet {
        /// Whole OCEAN.
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
    /// Writes an encrypted keystore file.
    Export {
        /// Where to.
        file: PathBuf,
    },
    /// Prints the recovery words.
    Backup,
}

#[derive(Args, Debug)]
pub(crate) struct Publish {
    /// A JSON file with any of: name, author, license, price (OCEAN), description, categories, tags, columns (each with
    /// name, meaning, unit), created (like 2024-05-31T00:00:00Z), files (paths or addresses). Or a document of OEP-8, with
    /// main and additionalInformation. What is typed here wins.
    pub(crate) metadata: Option<PathBuf>,
    /// A file on this computer or an http(s) address; may be given more than once.
    #[arg(long, value_name = "PATH|URL")]
    pub(crate) file: Vec<String>,
    /// What it is called.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Who made it.
    #[arg(long)]
    pub(crate) author: Option<String>,
    /// The licence: an SPDX id or a name of your own.
    #[arg(long)]
    pub(crate) license: Option<String>,
    /// The price in OCEAN; 0 is free.
    #[arg(long, value_name = "OCEAN", allow_negative_numbers = true)]
    pub(crate) price: Option<String>,
    /// What it is, in Markdown.
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// A category; may be given more than once.
    #[arg(long)]
    pub(crate) category: Vec<String>,
    /// A tag; may be given more than once.
    #[arg(long)]
    pub(crate) tag: Vec<String>,
    /// Time to open a purchase before the money goes back, like 30m or 2h; at most 30d.
    #[arg(long, value_name = "DURATION")]
    pub(crate) deliver_within: Option<String>,
    /// How long a buyer may fetch it, like 30d, or forever.
    #[arg(long, value_name = "DURATION|forever")]
    pub(crate) access_for: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words.
    pub(crate) text: Vec<String>,
    /// Only this category; may be given more than once.
    #[arg(long)]
    pub(crate) category: Vec<String>,
    /// Only this licence; may be given more than once.
    #[arg(long)]
    pub(crate) license: Vec<String>,
    /// Only this tag; may be given more than once.
    #[arg(long)]
    pub(crate) tag: Vec<String>,
    /// From this price on.
    #[arg(long, value_name = "OCEAN", allow_negative_numbers = true)]
    pub(crate) price_min: Option<String>,
    /// Up to this price.
    #[arg(long, value_name = "OCEAN", allow_negative_numbers = true)]
    pub(crate) price_max: Option<String>,
    /// Only what costs nothing.
    #[arg(long)]
    pub(crate) free: bool,
    /// Only of this publisher.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) publisher: Option<Address>,
    /// best, newest, price-up, price-down or name.
    #[arg(long, default_value = "best")]
    pub(crate) sort: String,
    /// Which page, from 1.
    #[arg(long, default_value_t = 1)]
    pub(crate) page: u32,
    /// Rows on a page.
    #[arg(long, default_value_t = 20)]
    pub(crate) size: u32,
}

#[derive(Args, Debug)]
pub(crate) struct OneDid {
    /// The listing's number, did:op:…
    pub(crate) did: Did,
}

#[derive(Args, Debug)]
pub(crate) struct Edit {
    /// The listing's number, did:op:…
    pub(crate) did: Did,
    /// A new name.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A new description, in Markdown.
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// A new price in OCEAN.
    #[arg(long, value_name = "OCEAN", allow_negative_numbers = true)]
    pub(crate) price: Option<String>,
    /// New tags; may be given more than once.
    #[arg(long)]
    pub(crate) tag: Vec<String>,
    /// New categories; may be given more than once.
    #[arg(long)]
    pub(crate) category: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Buy {
    /// The listing's number, did:op:…
    pub(crate) did: Did,
    /// Which of its services.
    #[arg(long, value_name = "N")]
    pub(crate) service: Option<u64>,
    /// Agree to pay up to this, and refuse to pay more. Without it or --yes, nothing is bought unless somebody at the
    /// terminal says so.
    #[arg(long, value_name = "OCEAN", allow_negative_numbers = true)]
    pub(crate) max_price: Option<String>,
    /// Buy also where money back is not possible, because the publisher set no time to open it.
    #[arg(long)]
    pub(crate) without_refund: bool,
    /// How far to wait; without it, to the end.
    #[arg(long, value_enum)]
    pub(crate) until: Option<Until>,
}

/// How far a purchase is waited for.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The agreement is on record.
    Created,
    /// The money is set aside.
    Locked,
    /// The publisher opened it.
    Granted,
}

#[derive(Args, Debug)]
pub(crate) struct Download {
    /// The agreement's or the listing's number.
    pub(crate) what: String,
    /// Into which folder.
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Which file, from 0; without it, all.
    #[arg(long, value_name = "N")]
    pub(crate) index: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct Agreements {
    /// One agreement's number.
    pub(crate) id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Receipted {
    /// One agreement's number.
    pub(crate) id: Option<String>,
    /// Writes a receipt of that agreement, with proofs that anybody checks without the chain: JSON, or a page to print where
    /// the name ends in .pdf.
    #[arg(long, value_name = "FILE", requires = "id")]
    pub(crate) receipt: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct OneAgreement {
    /// The agreement's number.
    pub(crate) id: String,
}

#[derive(Args, Debug)]
pub(crate) struct Library {
    /// Builds the library again from the chain; with the password, also for further accounts of the recovery words that
    /// were used.
    #[arg(long)]
    pub(crate) rebuild: bool,
}

/// In which part of an event an address is.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventPart {
    /// It pays, creates, gives.
    From,
    /// It is paid, added, given to.
    To,
    /// Either.
    Both,
}

#[derive(Args, Debug)]
pub(crate) struct Events {
    /// Only events in which this address has a part; without it, the account in use.
    #[arg(long)]
    pub(crate) address: Option<Address>,
    /// Everybody's events.
    #[arg(long, conflicts_with = "address")]
    pub(crate) all: bool,
    /// Its part.
    #[arg(long = "as", value_name = "PART", value_enum, default_value = "both", conflicts_with = "all")]
    pub(crate) part: EventPart,
    /// Only this kind, like agreement-created or transfer; may be given more than once.
    #[arg(long, value_name = "NAME")]
    pub(crate) topic: Vec<String>,
    /// Only about this listing, agreement or condition, whoever has a part.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) about: Option<Hash32>,
    /// From this block on.
    #[arg(long, default_value_t = 0, value_name = "BLOCK")]
    pub(crate) since: u64,
    /// Goes on telling what comes, until it is ended; with --json one line for each event.
    #[arg(long)]
    pub(crate) follow: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_import_names_its_source() {
        assert!(Arguments::try_parse_from(["neuston", "wallet", "import"]).is_err());
        assert!(Arguments::try_parse_from(["neuston", "wallet", "import", "--words-file", "w"]).is_ok());
    }

    #[test]
    fn a_negative_amount_is_read_so_that_it_can_be_refused_in_words() {
        let (did, address) = (format!("did:op:{}", "ab".repeat(32)), format!("0x{}", "ab".repeat(20)));
        let (buy, edit) = (["buy", &did, "--max-price"], ["edit", &did, "--price"]);
        for words in [
            &["publish", "--price"][..],
            &buy,
            &edit,
            &["search", "--price-min"],
            &["search", "--price-max"],
            &["wallet", "send", &address],
            &["wallet", "faucet"],
            &["wallet", "fees", "--fill"],
        ] {
            for amount in ["-1", "-0.5"] {
                let typed = ["neuston", "--json"].into_iter().chain(words.iter().copied()).chain([amount]);
                let read = Arguments::try_parse_from(typed);
                assert!(read.is_ok(), "{words:?} {amount}: {:?}", read.err());
            }
        }
    }

    #[test]
    fn everybody_s_events_have_no_part_of_one_address() {
        let typed = |words: &str| Arguments::try_parse_from(words.split(' ')).is_ok();
        assert!(typed("neuston events") && typed("neuston events --all") && typed("neuston events --as to"));
        assert!(!typed("neuston events --all --as to"));
    }
}
