//! Requests, replies, and which reply belongs to which request.

use crate::*;
use protocol::{AgreementId, Did, Vodka};
use serde::{Deserialize, Serialize};

/// A request with a known reply.
pub trait Call: Into<Request> {
    /// What comes back.
    type Answer;
    /// Takes the answer out of a reply; `None` when the reply belongs to another request.
    fn answer(reply: Reply) -> Option<Self::Answer>;
    /// Puts an answer into a reply.
    fn reply(answer: Self::Answer) -> Reply;
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? } -> $answer:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$fdoc])* pub $field: $type,)* }

            impl From<$name> for Request { fn from(call: $name) -> Self { Request::$name(call) } }

            impl Call for $name {
                type Answer = $answer;
                fn answer(reply: Reply) -> Option<$answer> {
                    match reply { Reply::$name(answer) => Some(answer), _ => None }
                }
                fn reply(answer: $answer) -> Reply { Reply::$name(answer) }
            }
        )*

        /// Everything that can be asked of the backend.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "call", content = "with", rename_all = "snake_case")]
        #[allow(clippy::large_enum_variant, reason = "requests are built once and moved once")]
        pub enum Request { $($(#[$doc])* $name($name),)* }

        /// Everything the backend answers.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "reply", content = "with", rename_all = "snake_case")]
        #[allow(clippy::large_enum_variant, reason = "replies are built once and moved once")]
        pub enum Reply { $($(#[$doc])* $name($answer),)* }
    };
}

/// A password on its way in. Never logged, never answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

calls! {
    /// The one sentence at the bottom of the window, and the numbers beside it.
    GetStatus {} -> Status;

    /// Makes the first account, protected by a password.
    CreateAccount {
        /// The password.
        password: Password,
        /// Recovery words: 12 or 24.
        words: u8,
    } -> AccountView;
    /// Brings in an account by recovery words, a key file or a keystore file.
    ImportAccount {
        /// From what.
        from: ImportFrom,
        /// The password that will protect it here.
        password: Password,
    } -> AccountView;
    /// Unlocks until [`Settings::auto_lock_minutes`] have passed without use.
    Unlock {
        /// The password.
        password: Password,
    } -> AccountView;
    /// Locks at once.
    Lock {} -> AccountView;
    /// Changes the password.
    ChangePassword {
        /// The present one.
        old: Password,
        /// The new one.
        new: Password,
    } -> AccountView;
    /// Writes an encrypted copy of the account to a file.
    ExportAccount {
        /// The account's password; it also opens the file.
        password: Password,
        /// Where to.
        path: String,
    } -> SavedFile;
    /// The account: balance, address, lock.
    GetAccount {} -> AccountView;
    /// All accounts of this home.
    ListAccounts {} -> Vec<AccountView>;
    /// Adds one more account of the same recovery words.
    AddAccount {
        /// Its name.
        name: String,
        /// The password.
        password: Password,
    } -> AccountView;
    /// Makes another account of this home the one in use.
    UseAccount {
        /// Its name or address.
        name: String,
    } -> AccountView;
    /// Asks the test network for tokens.
    GetTestTokens {
        /// Whole OCEAN, at most 1000 at once.
        amount: u64,
    } -> AccountView;
    /// Sends tokens to somebody.
    SendTokens {
        /// To whom.
        to: protocol::Address,
        /// How much.
        amount: Vodka,
    } -> AccountView;

    /// Who pays the network's fees here.
    GetFees {} -> FeesView;
    /// Moves some of the network's coin from the account to this computer's own key.
    FillComputer {
        /// How much, in wei.
        wei: Vodka,
    } -> FeesView;

    /// Finds listings.
    Search {
        /// What for.
        query: SearchQuery,
    } -> SearchPage;
    /// One listing, whole.
    GetListing {
        /// Which.
        did: Did,
    } -> ListingView;

    /// What buying would cost and do, without doing it.
    GetQuote {
        /// Which listing.
        did: Did,
        /// Which of its services; `None` is its first access service.
        service: Option<u64>,
    } -> Quote;
    /// Buys: the one confirmation. Returns as soon as the purchase is on disk; it goes on by itself.
    Buy {
        /// Which listing.
        did: Did,
        /// Which of its services; `None` is its first access service.
        service: Option<u64>,
        /// What was confirmed: a higher price is refused.
        max_price: Vodka,
        /// The version that was confirmed: a listing that changed since is refused. `None` takes the present one.
        version: Option<protocol::Checksum>,
        /// The risks that were accepted for this purchase; [`Risk::ForeignContracts`] is accepted with [`Consent`].
        accepted: Vec<Risk>,
    } -> PurchaseView;
    /// Accepts priced purchases on a network whose contracts are not ours, or takes that back.
    Consent {
        /// Given, or taken back.
        given: bool,
    } -> ContractsTrust;
    /// Whose the contracts are.
    GetContractsTrust {} -> ContractsTrust;
    /// One purchase.
    GetPurchase {
        /// Which.
        agreement: AgreementId,
    } -> PurchaseView;
    /// All purchases, newest first.
    ListPurchases {} -> Vec<PurchaseView>;
    /// Goes on with everything that is pending, or with one purchase; returns what is still pending.
    Resume {
        /// One purchase, or all.
        agreement: Option<AgreementId>,
    } -> Vec<PurchaseView>;
    /// Asks for the money back, as far as the agreement allows it now.
    Refund {
        /// Which purchase.
        agreement: AgreementId,
    } -> PurchaseView;

    /// Writes a receipt of an agreement, with proofs from the chain, that anybody checks without it: JSON, or a page for
    /// people with the JSON attached where the path ends in `.pdf`.
    SaveReceipt {
        /// Which purchase.
        agreement: AgreementId,
        /// Where to.
        path: String,
    } -> SavedFile;

    /// Reads a document of an agreement and says what it would be, without doing anything.
    CheckAgreement {
        /// The document, as text.
        document: String,
    } -> AgreementView;
    /// Puts the agreement of a document on record. The same document again is the same agreement: what is on record is
    /// compared with it, and nothing is sent twice.
    CreateAgreement {
        /// The document, as text.
        document: String,
    } -> AgreementView;
    /// Keeps the document of an agreement that somebody else put on record, if what is on record is what it says.
    JoinAgreement {
        /// The document, as text.
        document: String,
    } -> AgreementView;
    /// One agreement, as it is on record now.
    GetAgreement {
        /// Which.
        agreement: AgreementId,
    } -> AgreementView;
    /// The agreements of other shapes than a purchase's in which an account of this home takes part, newest first.
    ListAgreements {} -> Vec<AgreementView>;
    /// Fulfils a condition, in the document's order. For a payment: pays, once.
    FulfilCondition {
        /// Of which agreement.
        agreement: AgreementId,
        /// Which, by name or number.
        condition: String,
        /// What is shown to it.
        shown: Shown,
        /// Pays also where the money might not come back.
        without_refund: bool,
    } -> AgreementView;
    /// Aborts a condition whose time is over.
    AbortCondition {
        /// Of which agreement.
        agreement: AgreementId,
        /// Which, by name or number.
        condition: String,
    } -> AgreementView;
    /// Signs for a condition, for somebody else to show.
    SignCondition {
        /// Of which agreement.
        agreement: AgreementId,
        /// Which, by name or number.
        condition: String,
    } -> GivenSignature;
    /// The templates of the network.
    ListTemplates {} -> Vec<TemplateView>;
    /// Proposes a template.
    ProposeTemplate {
        /// What it is called; its id is the hash of that.
        name: String,
        /// Its conditions, in order.
        conditions: Vec<protocol::shape::Kind>,
        /// Its actors' roles, in order.
        actors: Vec<String>,
    } -> TemplateView;
    /// Approves a template, as the owner of the network's templates.
    ApproveTemplate {
        /// Its name or id.
        template: String,
    } -> TemplateView;
    /// Revokes a template for good, as that owner or as who proposed it.
    RevokeTemplate {
        /// Its name or id.
        template: String,
    } -> TemplateView;
    /// The roles of the network's templates.
    ListRoles {} -> Vec<RoleView>;
    /// Registers a role, or takes one back for good, as the owner of the network's templates.
    ChangeRole {
        /// Its name.
        name: String,
        /// Whether it is to be registered.
        registered: bool,
    } -> Vec<RoleView>;
    /// What is in the list of the account in use.
    GetList {} -> ListView;
    /// Puts something into the list of the account in use, or takes it out. What is so already stays so.
    ChangeList {
        /// What.
        item: protocol::Hash32,
        /// Whether it is to be in the list.
        listed: bool,
    } -> ListView;

    /// What one owns.
    ListLibrary {} -> Vec<OwnedAsset>;
    /// Rebuilds the library from the chain, for every account that is here.
    RebuildLibrary {
        /// With it, accounts of the recovery words that were used elsewhere are looked for and brought in as well.
        password: Option<Password>,
    } -> Vec<OwnedAsset>;
    /// Downloads a file of a purchase into a folder.
    StartDownload {
        /// Which purchase.
        agreement: AgreementId,
        /// Which file; `None` is all of them.
        index: Option<u64>,
        /// Into which folder.
        folder: String,
    } -> Vec<DownloadView>;
    /// Pauses, resumes or cancels a download.
    SteerDownload {
        /// Which.
        id: u64,
        /// What to do.
        order: DownloadOrder,
    } -> DownloadView;
    /// All downloads, newest first.
    ListDownloads {} -> Vec<DownloadView>;
    /// Hashes a downloaded file again and compares it with what was sold.
    VerifyFile {
        /// Which purchase.
        agreement: AgreementId,
        /// Which file.
        index: u64,
    } -> Verdict;

    /// Looks into a file or a link one wants to publish.
    Inspect {
        /// What to look into.
        source: FileSource,
    } -> FilePreview;
    /// Keeps a draft; an id of 0 makes a new one.
    SaveDraft {
        /// The draft.
        draft: Draft,
    } -> Draft;
    /// The drafts, newest first.
    ListDrafts {} -> Vec<Draft>;
    /// Throws a draft away.
    DropDraft {
        /// Which.
        id: u64,
    } -> Vec<Draft>;
    /// Publishes a draft. Returns as soon as it is on disk; it goes on by itself.
    Publish {
        /// The draft.
        draft: Draft,
    } -> PublicationView;
    /// How a publication stands.
    GetPublication {
        /// Which.
        id: u64,
    } -> PublicationView;
    /// Publications that are under way, and those that failed since the home was opened, oldest first.
    ListPublications {} -> Vec<PublicationView>;
    /// What one has listed.
    ListMyListings {} -> Vec<MyListing>;
    /// Changes what a listing says; its number stays, its registered checksum changes.
    EditListing {
        /// Which.
        did: Did,
        /// What changes.
        changes: ListingChanges,
    } -> MyListing;
    /// Takes a listing out of search; buyers keep what they bought.
    Unlist {
        /// Which.
        did: Did,
    } -> Vec<MyListing>;

    /// What happened, newest first.
    ListActivity {} -> Vec<ActivityItem>;

    /// What the contracts logged, in the order of the chain: from the filter's block on, or from where one has read.
    ListChainEvents {
        /// Which.
        filter: ChainEventFilter,
        /// Where to read on.
        bookmark: Option<ChainEventBookmark>,
        /// At most so many; 1,000 are the most there are at once.
        most: u32,
    } -> ChainEventPage;

    /// The settings.
    GetSettings {} -> Settings;
    /// Changes the settings.
    SetSettings {
        /// All of them.
        settings: Settings,
    } -> Settings;
    /// The networks known here.
    ListNetworks {} -> Vec<NetworkView>;
    /// Adds a network from its file.
    AddNetwork {
        /// The file.
        path: String,
    } -> Vec<NetworkView>;
    /// Changes to another network; takes effect at once.
    UseNetwork {
        /// Its name.
        name: String,
    } -> Vec<NetworkView>;
    /// Writes a network's file.
    ExportNetwork {
        /// Its name.
        name: String,
        /// Where to; `None` only returns the text.
        path: Option<String>,
    } -> NetworkText;
    /// Checks chain, contracts and services of the network in use.
    CheckNetwork {} -> NetworkCheck;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reads_back_and_finds_its_answer() {
        let request: Request = Lock {}.into();
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(text, r#"{"call":"lock","with":{}}"#);
        assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
        assert!(GetStatus::answer(Reply::ListDrafts(Vec::new())).is_none(), "another call's reply is no answer");
    }

    #[test]
    fn a_password_does_not_show() {
        let shown = format!("{:?}", Request::from(Unlock { password: Password("hunter2".into()) }));
        assert!(!shown.contains("hunter2"));
    }
}
