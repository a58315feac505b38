//! The steps of a publication. What is decided once (salt, number, time, signature) is on disk before it is used, so
//! that a second run makes the same listing and not a second one.

use super::{
    check::Checked,
    listing::{Place, listed, listing, merge},
};
use crate::{
    clock,
    core::{Core, chain, outbox},
    errors,
    own_gateway::{Encrypted, GatewayFault, ToShare},
    store::{Happening, ListingRecord},
};
use api::{
    ActivityKind, ApiError, Code, ColumnView, Draft, FileSource, PublicationView, PublishStep, Sentence, sentence,
};
use clients::ClientError;
use keeper::DidRegister;
use protocol::{
    Address, Checksum, Did,
    ddo::{Ddo, Endpoints, ListingDraft, files::file_list_json},
    metadata::FileInfo,
};
use runner::{Batch, Item, Key, Point};
use serde::{Deserialize, Serialize};

/// A publication, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Publication {
    pub(super) draft: Draft,
    pub(super) checked: Checked,
    /// Whose listing it becomes, whichever account is in use when it goes on; `None` in what an earlier version began.
    #[serde(default)]
    owner: Option<Address>,
    pub(super) salt: [u8; 16],
    pub(super) created: String,
    began_ms: i64,
    ended_ms: Option<i64>,
    stage: Stage,
    done: u64,
    total: u64,
    pub(super) failed: bool,
    pub(super) trouble: Option<ApiError>,
}

/// How far it is; each stage holds all that the next one needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
enum Stage {
    /// Files are to be read.
    Drafted,
    /// Files are read and shared: the listing has its number.
    Numbered { did: Did, files: Vec<FileInfo>, columns: Vec<ColumnView> },
    /// The list of files is encrypted and the document is signed.
    Encrypted { did: Did, checksum: Checksum, document: String },
    /// It is on the chain.
    Registered { did: Did, checksum: Checksum, document: String },
    /// It is in the catalogue.
    Listed { did: Did },
}

impl Publication {
    pub(super) fn begin(draft: Draft, checked: Checked, owner: Address) -> Self {
        Self {
            draft,
            checked,
            owner: Some(owner),
            salt: rand::random(),
            created: clock::now_document(),
            began_ms: clock::now_ms(),
            ended_ms: None,
            stage: Stage::Drafted,
            done: 0,
            total: 0,
            failed: false,
            trouble: None,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.failed || matches!(self.stage, Stage::Listed { .. })
    }

    pub(super) fn step(&self) -> PublishStep {
        match self.stage {
            _ if self.failed => PublishStep::Failed,
            Stage::Drafted => PublishStep::Reading,
            Stage::Numbered { .. } => PublishStep::Encrypting,
            Stage::Encrypted { .. } => PublishStep::Registering,
            Stage::Registered { .. } => PublishStep::Listing,
            Stage::Listed { .. } => PublishStep::Listed,
        }
    }

    /// The point at which this stage becomes durable.
    pub(super) fn point(&self) -> Point {
        match self.stage {
            Stage::Drafted | Stage::Numbered { .. } => Point::PublishDrafted,
            Stage::Encrypted { .. } => Point::PublishEncrypted,
            Stage::Registered { .. } => Point::PublishRegistered,
            Stage::Listed { .. } => Point::PublishListed,
        }
    }

    fn did(&self) -> Option<Did> {
        match &self.stage {
            Stage::Drafted => None,
            Stage::Numbered { did, .. }
            | Stage::Encrypted { did, .. }
            | Stage::Registered { did, .. }
            | Stage::Listed { did } => Some(*did),
        }
    }

    pub(super) fn view(&self, id: u64) -> PublicationView {
        self.view_at(id, clock::now_ms())
    }

    /// As it is seen at a time, in milliseconds since 1970.
    fn view_at(&self, id: u64, now: i64) -> PublicationView {
        let until = self.ended_ms.unwrap_or(now);
        PublicationView {
            id,
            name: self.draft.name.clone(),
            draft: self.draft.id,
            did: self.did(),
            step: self.step(),
            done: self.done,
            total: self.total,
            elapsed_ms: u64::try_from(until.saturating_sub(self.began_ms)).unwrap_or(0),
            trouble: self.trouble.clone(),
        }
    }
}

/// Why it does not go on.
#[derive(Debug)]
pub(super) enum Halt {
    /// It waits for a service, the account or the disk, and is tried again by itself.
    Waits(ApiError),
    /// The publisher has to change something: trying again cannot help.
    Ends(ApiError),
}

impl From<ApiError> for Halt {
    fn from(error: ApiError) -> Self {
        match error.code {
            Code::Unreachable | Code::Locked | Code::Disk => Self::Waits(error),
            _ => Self::Ends(error),
        }
    }
}

impl Halt {
    /// What is said of it.
    pub(super) fn error(&self) -> &ApiError {
        match self {
            Self::Waits(error) | Self::Ends(error) => error,
        }
    }

    /// The same, of one that is over.
    pub(super) fn into_error(self) -> ApiError {
        match self {
            Self::Waits(error) | Self::Ends(error) => error,
        }
    }
}

/// Numbers that are tried before key servers that know each of them already are called away.
const NUMBERS: u32 = 3;

pub(super) struct Flow<'a> {
    pub(super) core: &'a Core,
    pub(super) id: u64,
}

impl Flow<'_> {
    /// Goes as far as it can.
    pub(super) async fn run(&self, p: &mut Publication) -> Result<(), Halt> {
        p.trouble = None;
        let mut tried = 0;
        loop {
            self.core.tell(api::Event::Publication(p.view(self.id)));
            p.stage = match p.stage.clone() {
                Stage::Drafted => self.read(p).await?,
                Stage::Numbered { did, files, columns } => {
                    tried += 1;
                    let next = self.encrypt(p, did, files, columns).await?;
                    if tried >= NUMBERS && matches!(next, Stage::Numbered { .. }) {
                        return Err(Halt::Waits(gateway_away(GatewayFault(
                            "the key servers say that they know each new number already".into(),
                        ))));
                    }
                    next
                }
                Stage::Encrypted { did, checksum, document } => self.register(p, did, checksum, document).await?,
                Stage::Registered { did, checksum, document } => self.list(p, did, checksum, document).await?,
                Stage::Listed { .. } => return Ok(()),
            };
            if matches!(p.stage, Stage::Listed { .. }) {
                p.ended_ms = Some(clock::now_ms());
            }
            self.core.store.save_publication(self.id, p, p.point()).await.map_err(errors::store)?;
        }
    }

    /// Reads and hashes the files, shares local ones with the gateway, and gives the listing its number.
    async fn read(&self, p: &Publication) -> Result<Stage, Halt> {
        let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        let mut files = Vec::new();
        let mut columns = p.draft.columns.clone();
        for (number, source) in (0_u64..).zip(&p.draft.files) {
            // A link that leads nowhere or a file that cannot be read is for the publisher to look at, who has the draft: one
            // that came back some day would list what was given up long before.
            let mut look = self.core.look_for_listing(source.clone()).await.map_err(Halt::Ends)?;
            let url = match source {
                FileSource::Link { url } => url.clone(),
                FileSource::Local { path } => {
                    let sha256 = look.sha256.clone().unwrap_or_default();
                    let file = ToShare {
                        path: std::path::Path::new(path),
                        name: &look.name,
                        content_type: &look.content_type,
                        sha256: &sha256,
                        bytes: look.bytes.unwrap_or(0),
                    };
                    gateway.share(file).await.map_err(gateway_away)?
                }
            };
            merge(&mut columns, std::mem::take(&mut look.columns));
            files.push(listed(number, look, url));
        }
        let did = self.draft(p, &files, &columns)?.did();
        Ok(Stage::Numbered { did, files, columns })
    }

    /// Whose listing it becomes.
    fn owner(&self, p: &Publication) -> Result<Address, ApiError> {
        p.owner.or_else(|| self.core.account()).ok_or_else(errors::no_account)
    }

    fn draft(&self, p: &Publication, files: &[FileInfo], columns: &[ColumnView]) -> Result<ListingDraft, ApiError> {
        let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        let owner = self.owner(p)?;
        let services = &self.core.network.services;
        let catalogue = services.aquarius.first().cloned().unwrap_or_default();
        let base = catalogue.trim_end_matches("/api/v1/aquarius");
        let secret_store = services.secret_store.first().cloned().unwrap_or_default();
        let place = Place {
            owner,
            endpoints: Endpoints::logical(&gateway.provider(), base, &secret_store),
            escrow_contract: self.core.keeper.contracts().escrow_reward,
            template: self.core.keeper.contracts().sale_template,
            pace: self.core.block_ms(),
        };
        Ok(listing(p, files, columns, place))
    }

    /// Lets the key servers hide the list of files. Those of other software make a key for a number once only: where an
    /// earlier run got so far and no further, or somebody else took the number, the listing gets another one.
    async fn encrypt(
        &self,
        p: &mut Publication,
        did: Did,
        files: Vec<FileInfo>,
        columns: Vec<ColumnView>,
    ) -> Result<Stage, ApiError> {
        let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        let encrypted = match gateway.encrypt(did, file_list_json(&files).as_bytes()).await.map_err(gateway_away)? {
            Encrypted::List(encrypted) => encrypted,
            Encrypted::NumberUsed => {
                p.salt = rand::random();
                let did = self.draft(p, &files, &columns)?.did();
                return Ok(Stage::Numbered { did, files, columns });
            }
        };
        let unsigned = self.draft(p, &files, &columns)?.build(&encrypted).map_err(|e| not_written(&e))?;
        let signer = self.core.signer_of(self.owner(p)?)?;
        let built = unsigned.sign(signer.as_ref()).map_err(|e| errors::internal(e.to_string()))?;
        let document = String::from_utf8(built.bytes).map_err(|e| errors::internal(e.to_string()))?;
        Ok(Stage::Encrypted { did: built.did, checksum: built.checksum, document })
    }

    async fn register(
        &self,
        p: &Publication,
        did: Did,
        checksum: Checksum,
        document: String,
    ) -> Result<Stage, ApiError> {
        let gateway = self.core.gateway.as_ref().ok_or_else(no_gateway)?;
        gateway.adopt(document.as_bytes(), checksum).await.map_err(gateway_away)?;
        let registered = self.core.keeper.did_register(did).await.map_err(chain)?;
        if is_to_be_registered(registered.as_ref(), checksum) {
            let place = place_of(&self.core.network.services.aquarius, did);
            let call = self.core.keeper.contracts().register_attribute(did, checksum, &[gateway.provider()], &place);
            let key = Key::other(format!("register:{did}:{checksum}"));
            let items = vec![Item::new(key, call)];
            let signer = self.core.signer_of(self.owner(p)?)?;
            let batch = Batch { signer, items, not_after: None, point: Point::RegisterSigned };
            self.core.outbox.run(batch).await.map_err(outbox)?;
        }
        Ok(Stage::Registered { did, checksum, document })
    }

    async fn list(&self, p: &Publication, did: Did, checksum: Checksum, document: String) -> Result<Stage, ApiError> {
        let catalogue = self.core.catalogues.first().ok_or_else(|| away("the network names none"))?;
        // One that is there already was put there by an earlier run.
        if catalogue.ddo(did).await.map_err(|e| away(&e))?.is_none() {
            catalogue.register(document.as_bytes()).await.map_err(|e| not_listed(&e))?;
        }
        let ddo = Ddo::parse(document.as_bytes()).map_err(|e| errors::internal(e.to_string()))?;
        let record = ListingRecord {
            did,
            name: p.draft.name.trim().to_owned(),
            price: crate::describe::price(&ddo),
            published: clock::text_of_ms(p.began_ms),
            listed: true,
            checksum,
            document: document.into_bytes(),
            changes: Vec::new(),
            trouble: None,
        };
        let name = record.name.clone();
        self.core.store.save_listing(record).await.map_err(errors::store)?;
        if let Some(id) = kept_draft(&p.draft) {
            self.core.store.drop_draft(id).await.map_err(errors::store)?;
        }
        let happening =
            Happening { kind: ActivityKind::Published, name, did: Some(did), agreement: None, amount: None, tx: None };
        self.core.store.tell(happening, format!("published:{did}"), clock::now_text()).await.map_err(errors::store)?;
        Ok(Stage::Listed { did })
    }
}

/// Whether the chain does not say this of a listing yet: an earlier run may have put it there.
fn is_to_be_registered(registered: Option<&DidRegister>, checksum: Checksum) -> bool {
    registered.map(|register| register.checksum) != Some(checksum)
}

/// The number of a draft, where it was kept before it was published.
fn kept_draft(draft: &Draft) -> Option<u64> {
    (draft.id != 0).then_some(draft.id)
}

/// Where a listing is found: in the first of the network's catalogues.
fn place_of(catalogues: &[String], did: Did) -> String {
    format!("{}/assets/ddo/{did}", catalogues.first().map(String::as_str).unwrap_or_default())
}

/// Why a catalogue does not take a listing: it is away, or it never will.
fn not_listed(error: &ClientError) -> ApiError {
    match error.may_pass() {
        true => away(error),
        false => ApiError::new(
            Code::Refused,
            sentence!("The catalogue refuses the listing: {why}.", why = Sentence::from(error)),
            "Change the draft and publish it again.",
        ),
    }
}

pub(super) fn no_gateway() -> ApiError {
    ApiError::new(
        Code::Refused,
        "This home runs no gateway on this network, so nothing can be delivered to buyers.",
        "Use a network on which it does.",
    )
}

pub(super) fn gateway_away(fault: GatewayFault) -> ApiError {
    ApiError::new(
        Code::Unreachable,
        sentence!("The files could not be made ready: {why}.", why = fault.0),
        "It is tried again by itself; your draft is kept.",
    )
}

/// What is said where a draft makes no listing.
pub(super) fn not_written(error: &protocol::ddo::DraftError) -> ApiError {
    ApiError::new(
        Code::Invalid,
        sentence!("This makes no listing: {why}.", why = Sentence::from(error)),
        "Change it and try again.",
    )
}

fn away(why: impl Into<Sentence>) -> ApiError {
    ApiError::new(
        Code::Unreachable,
        sentence!("The catalogue does not answer: {why}.", why = why.into()),
        "It is tried again by itself; the listing is on record already.",
    )
}

#[cfg(test)]
mod tests;
