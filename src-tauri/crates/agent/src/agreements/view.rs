//! An agreement as people see it.

use super::AgreementRecord;
use crate::{clock, core::Core, errors};
use agreement::{
    ConditionFact, ConditionState,
    shape::{By, Next, ShapeFacts, ShapeFlaw, VerifiedShape, outlook, perils},
};
use api::{ActorView, AgreementState, AgreementView, ApiError, ConditionView};
use protocol::{
    Address, AgreementId, ConditionId, TemplateId,
    shape::{Kind, Shape},
};

impl Core {
    /// One whose document is here. `payer` is the account whose payments are asked about.
    pub(super) async fn documented_view(
        &self,
        record: &AgreementRecord,
        facts: &ShapeFacts,
        payer: Option<Address>,
    ) -> Result<AgreementView, ApiError> {
        let shape = &record.shape;
        let checked = VerifiedShape::check(shape, facts);
        let state = match &checked {
            Ok(_) => open_or_ended(&facts.conditions),
            Err(ShapeFlaw::Missing) if record.creator.is_some() => AgreementState::Creating,
            Err(ShapeFlaw::Missing) => AgreementState::NotOnRecord,
            Err(_) => AgreementState::Different,
        };
        let flaw = checked.as_ref().err().filter(|flaw| **flaw != ShapeFlaw::Missing).map(ToString::to_string);
        let escrow = self.keeper.contracts().escrow_reward;
        let payer = payer.filter(|payer| shape.actors.iter().any(|actor| actor.account == *payer));
        let warnings = perils(shape, escrow, None).into_iter().chain(self.own_perils(shape, escrow, payer));
        let missing = ConditionFact::default();
        let owner = self.owner_of(shape).await;
        let conditions = shape.conditions.iter().zip(outlook(shape, facts)).enumerate().map(|(place, (found, now))| {
            let fact = facts.conditions.get(place).unwrap_or(&missing);
            let own = self.is_own(&now.by, owner);
            ConditionView {
                name: Some(found.name.clone()),
                kind: Some(found.kind()),
                terms: Some(found.terms.clone()),
                text: found.text.clone(),
                own,
                from_block: match now.next {
                    Next::NotBefore { block } => Some(block),
                    _ => None,
                },
                until_block: now.until,
                until: now.until.map(|until| self.about(facts.block, until)),
                can_abort: now.can_abort,
                next: Some(now.next),
                by: Some(now.by),
                time_lock: found.time_lock,
                time_out: found.time_out,
                ..bare(found.id, found.contract, fact)
            }
        });
        let conditions = conditions.collect();
        let created_at = checked.as_ref().ok().map(VerifiedShape::created_at);
        Ok(AgreementView {
            agreement: shape.agreement,
            title: shape.title.clone(),
            did: shape.did,
            template: shape.template,
            template_name: self.name_of(shape.template).await?,
            actors: shape
                .actors
                .iter()
                .map(|actor| ActorView {
                    role: Some(actor.role.clone()),
                    account: actor.account,
                    own: self.is_account(actor.account),
                })
                .collect(),
            state,
            flaw,
            documented: true,
            created_at,
            created: self.when(created_at).await,
            block: facts.block,
            conditions,
            order: shape.order.clone(),
            warnings: warnings.map(|peril| peril.to_string()).collect(),
        })
    }

    /// Perils that depend on who pays.
    fn own_perils(&self, shape: &Shape, escrow: Address, payer: Option<Address>) -> Vec<agreement::shape::Peril> {
        let general = perils(shape, escrow, None);
        let mut own = payer.map(|payer| perils(shape, escrow, Some(payer))).unwrap_or_default();
        // Who is meant to be paid does not pay: that it would come back to another tells nothing.
        let pays = shape.conditions.iter().any(|found| match found.terms {
            protocol::conditions::ConditionTerms::EscrowReward { receiver, .. } => Some(receiver) == payer,
            _ => false,
        });
        own.retain(|peril| !general.contains(peril) && !pays);
        own
    }

    /// One of which only the chain knows.
    pub(super) async fn recorded_view(
        &self,
        agreement: AgreementId,
        facts: &ShapeFacts,
    ) -> Result<AgreementView, ApiError> {
        let Some(found) = &facts.agreement else {
            return Err(errors::not_found("This agreement is not here.", "See your agreements under Activity."));
        };
        let conditions = found.conditions.iter().zip(&facts.conditions).map(|(id, fact)| {
            let last = (fact.time_out != 0).then(|| fact.created_at.saturating_add(fact.time_out));
            let open = fact.state == ConditionState::Unfulfilled;
            let settles = self.kind_of(fact.type_ref) == Some(Kind::EscrowReward);
            let until = last.filter(|_| open && !settles);
            ConditionView {
                kind: self.kind_of(fact.type_ref),
                until_block: until,
                until: until.map(|until| self.about(facts.block, until)),
                can_abort: until.is_some_and(|until| facts.block.saturating_add(1) > until),
                ..bare(*id, fact.type_ref, fact)
            }
        });
        let created_at = facts.conditions.first().map(|fact| fact.created_at);
        let conditions = conditions.collect();
        let actor = |account: &Address| ActorView { role: None, account: *account, own: self.is_account(*account) };
        Ok(AgreementView {
            agreement,
            title: String::new(),
            did: found.did,
            template: found.template.id(),
            template_name: self.name_of(found.template.id()).await?,
            actors: found.actors.iter().map(actor).collect(),
            state: open_or_ended(&facts.conditions),
            flaw: None,
            documented: false,
            created_at,
            created: self.when(created_at).await,
            block: facts.block,
            conditions,
            order: Vec::new(),
            warnings: Vec::new(),
        })
    }

    pub(super) fn kind_of(&self, contract: Address) -> Option<Kind> {
        let contracts = self.keeper.contracts();
        Kind::ALL.into_iter().find(|kind| contracts.find(kind.contract_name()).is_ok_and(|found| found == contract))
    }

    fn is_account(&self, account: Address) -> bool {
        self.wallet.accounts().iter().any(|known| known.address == account)
    }

    /// Whose listing it is, as far as the chain answers now: only to say whose turn it is.
    async fn owner_of(&self, shape: &Shape) -> Option<Address> {
        self.keeper.did_register(shape.did).await.ok().flatten().map(|found| found.owner)
    }

    fn is_own(&self, by: &By, owner: Option<Address>) -> bool {
        match by {
            By::Anyone => true,
            By::Payer { account } => account.is_some_and(|account| self.is_account(account)),
            By::Publisher { .. } => owner.is_some_and(|owner| self.is_account(owner)),
            By::Signature { signer, .. } => self.is_account(*signer),
            By::Preimage { .. } | By::Listed { .. } => false,
        }
    }

    /// A template's name, where it is known.
    pub(super) async fn name_of(&self, template: TemplateId) -> Result<Option<String>, ApiError> {
        use protocol::templates::{ACCESS, ACCESS_NAME, COMPUTE, COMPUTE_NAME, contract_template_id};
        let contracts = self.keeper.contracts();
        for (id, at, name) in
            [(ACCESS, contracts.access_template, ACCESS_NAME), (COMPUTE, contracts.compute_template, COMPUTE_NAME)]
        {
            if id == template {
                return Ok(Some(name.to_owned()));
            }
            if at.is_some_and(|at| contract_template_id(at) == template) {
                return Ok(Some(format!("{name} v0.1")));
            }
        }
        self.store.template_name(template).await.map_err(errors::store)
    }

    /// A block in people's time, at the network's pace. A clock for people: only blocks decide.
    fn about(&self, block: u64, target: u64) -> String {
        let distance = |blocks: u64| i64::try_from(blocks.saturating_mul(self.block_ms())).unwrap_or(i64::MAX);
        let ahead = distance(target.saturating_sub(block));
        let behind = distance(block.saturating_sub(target));
        clock::text_of_ms(clock::now_ms().saturating_add(ahead).saturating_sub(behind))
    }

    /// When a block was made; a chain that does not say leaves it open.
    async fn when(&self, block: Option<u64>) -> Option<String> {
        self.block_time(block?).await.ok().map(clock::text_of_ms)
    }
}

pub(super) fn open_or_ended(conditions: &[ConditionFact]) -> AgreementState {
    let decided = |fact: &ConditionFact| matches!(fact.state, ConditionState::Fulfilled | ConditionState::Aborted);
    if conditions.iter().all(decided) { AgreementState::Ended } else { AgreementState::Open }
}

/// What the chain alone says of a condition.
fn bare(id: ConditionId, contract: Address, fact: &ConditionFact) -> ConditionView {
    ConditionView {
        name: None,
        kind: None,
        id,
        contract,
        terms: None,
        text: None,
        state: fact.state,
        next: None,
        by: None,
        own: false,
        from_block: None,
        until_block: None,
        until: None,
        can_abort: false,
        time_lock: fact.time_lock,
        time_out: fact.time_out,
    }
}
