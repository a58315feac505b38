//! Agreements of other shapes than a purchase's: described by a document, put on record, kept, carried out step by step.
//!
//! Each step is taken by whoever asks for it; nothing here goes on by itself but a creation that was begun, what is signed,
//! and a payment that comes back. What is on record is read anew before every step, and must be what the document says.

mod lists;
mod saying;
mod step;
mod take_back;
mod templates;
mod view;

pub(crate) use take_back::LookAgain;

use crate::{
    agent::Agent,
    chain_events::index,
    clock,
    core::{Core, chain, outbox},
    errors,
    policy::Action,
    store::{AgreementMoney, AgreementRecord, Happening},
};
use agreement::{
    ConditionState,
    shape::{ShapeFacts, ShapeFlaw, VerifiedShape},
};
use api::{ActivityKind, AgreementState, AgreementView, ApiError, Code};
use keeper::{Contracts, TemplateState};
use protocol::{
    Address, AgreementId, Signer,
    shape::{AgreementDocument, Shape, TemplateForm},
    templates::{ACCESS, TemplateRef},
};
use runner::{Batch, Item, OutboxError, Point, shapes};
use std::{collections::BTreeSet, sync::Arc};
/// Agreements that are known only from the chain: so many of the newest are looked at.
const UNKNOWN: usize = 100;

/// A document and the agreement that it describes on this network.
struct Described {
    document: AgreementDocument,
    shape: Shape,
    template: TemplateState,
}

impl Core {
    /// Reads a document and fits it to its template.
    async fn described(&self, text: &str) -> Result<Described, ApiError> {
        let document = AgreementDocument::read(text.as_bytes()).map_err(|fault| saying::fault(&fault))?;
        if let Some(name) = document.template_name.clone() {
            self.store.name_template(name).await.map_err(errors::store)?;
        }
        let keeper = self.keeper.agreed().await.map_err(chain)?;
        self.keeps_shapes()?;
        let Some(template) = keeper.template(document.template).await.map_err(chain)? else {
            return Err(saying::no_template());
        };
        let form = TemplateForm { conditions: template.conditions, actor_types: template.actor_types };
        let shape = document.shape(&form, &keeper.contracts().to_map()).map_err(|fault| saying::fault(&fault))?;
        Ok(Described { document, shape, template: template.state })
    }

    async fn facts(&self, shape: &Shape) -> Result<ShapeFacts, ApiError> {
        shapes::read_shape(&self.keeper, shape).await.map_err(chain)
    }

    /// What is on record now, if it is what the document says.
    async fn verified(&self, shape: &Shape) -> Result<(VerifiedShape, ShapeFacts), ApiError> {
        let facts = self.facts(shape).await?;
        let verified = VerifiedShape::check(shape, &facts).map_err(|flaw| saying::flaw(&flaw))?;
        Ok((verified, facts))
    }

    /// The record of an agreement whose document is here.
    async fn record_of(&self, agreement: AgreementId) -> Result<AgreementRecord, ApiError> {
        let found = self.store.agreement(agreement).await.map_err(errors::store)?;
        found.ok_or_else(saying::no_document)
    }

    pub(crate) async fn check_agreement(&self, text: &str) -> Result<AgreementView, ApiError> {
        let described = self.described(text).await?;
        let facts = self.facts(&described.shape).await?;
        let record = self.new_record(described.document, described.shape, None);
        self.documented_view(&record, &facts, self.account()).await
    }

    fn new_record(&self, document: AgreementDocument, shape: Shape, creator: Option<Address>) -> AgreementRecord {
        AgreementRecord {
            shape,
            document: document.to_node().to_json(),
            kept: clock::now_text(),
            creator,
            money: AgreementMoney::default(),
        }
    }

    /// Puts an agreement on record, or finds that it is there as described.
    pub(crate) async fn create_agreement(&self, text: &str) -> Result<AgreementView, ApiError> {
        let Described { document, shape, template } = self.described(text).await?;
        let agreement = shape.agreement;
        let facts = self.facts(&shape).await?;
        match VerifiedShape::check(&shape, &facts) {
            Ok(verified) => {
                self.store.keep_agreement(self.new_record(document, shape, None)).await.map_err(errors::store)?;
                self.let_time_pass(&verified).await?;
                return self.agreement_view(agreement).await;
            }
            Err(ShapeFlaw::Missing) => {}
            Err(flaw) => return Err(saying::taken(&flaw)),
        }
        saying::usable(template)?;
        if facts.conditions.iter().any(|found| found.state != ConditionState::Uninitialized) {
            return Err(saying::taken(&ShapeFlaw::Conditions));
        }
        let keeper = self.keeper.agreed().await.map_err(chain)?;
        if keeper.did_register(shape.did).await.map_err(chain)?.is_none() {
            return Err(saying::no_listing(shape.did));
        }
        self.policy.allows(&Action::Agree { agreement, did: shape.did })?;
        let signer = self.signer()?;
        let record = self.new_record(document, shape.clone(), Some(signer.address()));
        self.store.keep_agreement(record).await.map_err(errors::store)?;
        self.put_on_record(&shape, signer).await?;
        self.agreement_view(agreement).await
    }

    /// Sends the creation and looks what is on record then: only that counts.
    async fn put_on_record(&self, shape: &Shape, signer: Arc<dyn Signer>) -> Result<(), ApiError> {
        let contracts = *self.keeper.contracts();
        let make = |attempt| Ok(shapes::creation(&contracts, shape, attempt));
        let sent = self.attempt(signer, None, Point::AgreementSigned, make).await;
        let facts = self.facts(shape).await?;
        match (VerifiedShape::check(shape, &facts), sent) {
            (Ok(verified), _) => {
                self.store.agreement_ended(shape.agreement).await.map_err(errors::store)?;
                let number = shape.agreement.to_string();
                let name = if shape.title.is_empty() { number.get(..10).unwrap_or(&number) } else { &shape.title };
                self.tell_agreement(ActivityKind::Recorded, shape, name).await?;
                self.let_time_pass(&verified).await
            }
            (Err(ShapeFlaw::Missing), Err(error)) => {
                if error.is_certain() {
                    self.store.agreement_ended(shape.agreement).await.map_err(errors::store)?;
                }
                Err(outbox(error))
            }
            (Err(ShapeFlaw::Missing), Ok(())) => Err(saying::not_yet()),
            (Err(flaw), _) => {
                self.store.agreement_ended(shape.agreement).await.map_err(errors::store)?;
                Err(saying::taken(&flaw))
            }
        }
    }

    /// Goes on with the creations that were begun, as far as the account is unlocked.
    pub(crate) async fn resume_agreements(&self) -> Result<(), ApiError> {
        for record in self.store.agreements_begun().await.map_err(errors::store)? {
            let Some(creator) = record.creator else { continue };
            if self.wallet.is_locked() {
                continue;
            }
            let signer = self.wallet.signer(creator).map_err(errors::wallet)?;
            self.policy.allows(&Action::Agree { agreement: record.shape.agreement, did: record.shape.did })?;
            if let Err(error) = self.put_on_record(&record.shape, signer).await {
                tracing::warn!(%error, "an agreement is not on record yet");
            }
        }
        Ok(())
    }

    /// Creations that were begun and steps that are signed, and how many of them wait for an unlocked account.
    pub(crate) async fn agreements_under_way(&self) -> Result<(u32, u32), ApiError> {
        let creating = self.store.agreements_begun().await.map_err(errors::store)?.len();
        let signed = self.outbox.pending().await.map_err(outbox)?;
        let signed = signed.iter().filter(|pending| pending.key.starts_with(shapes::KEYS)).count();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let waiting = if self.wallet.is_locked() { creating } else { 0 };
        Ok((number(creating.max(signed)), number(waiting)))
    }

    /// Keeps the document of an agreement that is on record as it says.
    pub(crate) async fn join_agreement(&self, text: &str) -> Result<AgreementView, ApiError> {
        let Described { document, shape, .. } = self.described(text).await?;
        let agreement = shape.agreement;
        let (verified, _) = self.verified(&shape).await?;
        self.store.keep_agreement(self.new_record(document, shape, None)).await.map_err(errors::store)?;
        self.let_time_pass(&verified).await?;
        self.agreement_view(agreement).await
    }

    /// On a network whose blocks come with transactions: as long as money is set aside, blocks come by the clock.
    async fn let_time_pass(&self, verified: &VerifiedShape) -> Result<(), ApiError> {
        match verified.last_time_out().filter(|_| verified.is_paid()) {
            Some(block) => self.keeper.tick_until(block).await.map_err(chain),
            None => Ok(()),
        }
    }

    /// Runs a batch under the last attempt's keys; where nothing came about under those although they were signed in an
    /// earlier run, it is made anew, once, under the next ones.
    async fn attempt(
        &self,
        signer: Arc<dyn Signer>,
        not_after: Option<u64>,
        point: Point,
        make: impl Fn(u32) -> Result<Vec<Item>, keeper::KeeperError>,
    ) -> Result<(), OutboxError> {
        let wrong =
            |error: keeper::KeeperError| OutboxError::WouldFail(runner::ChainError::WouldRevert(error.to_string()));
        let (mut attempt, mut items) = (0_u32, make(0).map_err(wrong)?);
        let mut signed_before = self.is_signed(&items).await?;
        if signed_before {
            loop {
                let next = make(attempt.saturating_add(1)).map_err(wrong)?;
                if !self.is_signed(&next).await? {
                    break;
                }
                (attempt, items) = (attempt.saturating_add(1), next);
            }
        }
        loop {
            let batch = Batch { signer: signer.clone(), items, not_after, point };
            let ended = self.outbox.run(batch).await;
            // The block was told of while this was still under way.
            self.moved.notify_one();
            match ended {
                Ok(_) => return Ok(()),
                Err(OutboxError::Reverted(_) | OutboxError::WithoutEffect(_) | OutboxError::Displaced { .. })
                    if signed_before =>
                {
                    (attempt, signed_before) = (attempt.saturating_add(1), false);
                    items = make(attempt).map_err(wrong)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether something of it is signed.
    async fn is_signed(&self, items: &[Item]) -> Result<bool, OutboxError> {
        for item in items {
            if self.outbox.is_signed(&item.key).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn tell_agreement(&self, kind: ActivityKind, shape: &Shape, name: &str) -> Result<(), ApiError> {
        let happening = Happening {
            kind,
            name: name.to_owned(),
            did: Some(shape.did),
            agreement: Some(shape.agreement),
            amount: None,
            tx: None,
        };
        let once = format!("agreement:{}:{kind:?}:{name}", shape.agreement.hex());
        self.store.tell(happening, once, clock::now_text()).await.map_err(errors::store)?;
        Ok(())
    }

    /// One agreement, as it is on record now.
    pub(crate) async fn agreement_view(&self, agreement: AgreementId) -> Result<AgreementView, ApiError> {
        match self.store.agreement(agreement).await.map_err(errors::store)? {
            Some(record) => {
                let facts = self.facts(&record.shape).await?;
                self.documented_view(&record, &facts, self.account()).await
            }
            None => {
                let facts = shapes::read_recorded(&self.keeper, agreement).await.map_err(chain)?;
                self.recorded_view(agreement, &facts).await
            }
        }
    }
}

impl Agent {
    /// The agreements of other shapes in which an account of this home takes part: those whose documents are here, and those
    /// that only the chain knows.
    pub(crate) async fn agreements(&self) -> Result<Vec<AgreementView>, ApiError> {
        let core = &self.core;
        let mut views = Vec::new();
        let mut known: BTreeSet<AgreementId> = BTreeSet::new();
        for record in core.store.agreements().await.map_err(errors::store)? {
            known.insert(record.shape.agreement);
            let facts = core.facts(&record.shape).await?;
            views.push(core.documented_view(&record, &facts, core.account()).await?);
        }
        known.extend(core.store.purchases().await.map_err(errors::store)?);
        let indexer = self.indexer().await?;
        let mut others = Vec::new();
        for account in core.wallet.accounts() {
            others.extend(indexer.agreements_of(account.address).await.map_err(index)?);
        }
        others.sort_by_key(|other| std::cmp::Reverse(other.block));
        others.retain(|other| known.insert(other.id));
        for other in others.into_iter().take(UNKNOWN) {
            let facts = shapes::read_recorded(&core.keeper, other.id).await.map_err(chain)?;
            let template = facts.agreement.as_ref().map(|found| found.template);
            // A purchase or a sale, or one that the chain has taken back.
            if template.is_none_or(|template| is_of_sales(template, core.keeper.contracts())) {
                continue;
            }
            views.push(core.recorded_view(other.id, &facts).await?);
        }
        views.sort_by_key(|view| {
            (view.state != AgreementState::Creating, std::cmp::Reverse(view.created_at.unwrap_or(u64::MAX)))
        });
        Ok(views)
    }
}

/// What is said where a name or number leads to no condition.
fn place(shape: &Shape, name: &str) -> Result<usize, ApiError> {
    let by_id = || shape.place_of(name.parse().ok()?);
    shape.place(name).or_else(by_id).ok_or_else(|| {
        let names: Vec<String> = shape.conditions.iter().map(|found| format!("“{}”", found.name)).collect();
        saying::told(
            Code::NotFound,
            format!("This agreement has no step “{}”.", crate::describe::plain(name, 80)),
            format!("Its steps are {}.", names.join(", ")),
        )
        .at("condition")
    })
}

/// Whether purchases and sales are agreed from a template.
fn is_of_sales(template: TemplateRef, contracts: &Contracts) -> bool {
    match template {
        TemplateRef::Id(id) => id == ACCESS,
        TemplateRef::Contract(at) => contracts.access_template == Some(at),
    }
}
