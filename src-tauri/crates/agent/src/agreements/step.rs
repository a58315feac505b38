//! One step of an agreement: done, or given up after its time. In the document's order, by what is on record.

use super::{place, saying};
use crate::{
    core::{Core, chain, outbox},
    errors,
    policy::Action,
    trust,
};
use agreement::{
    ConditionState,
    shape::{By, Next, VerifiedShape, outlook},
};
use api::{ActivityKind, AgreementView, ApiError, GivenSignature, Shown};
use keeper::Evidence;
use protocol::{
    AgreementId, Hash32, Signer,
    conditions::{ConditionTerms, Preimage, sign_condition_takes},
    shape::{Shape, ShapeCondition},
    sign::personal_digest,
};
use runner::{OutboxError, Point, shapes};

impl Core {
    /// Fulfils a condition. One that is fulfilled already stays so, and nothing is sent.
    pub(crate) async fn fulfil_condition(
        &self,
        agreement: AgreementId,
        name: &str,
        shown: Shown,
        without_refund: bool,
    ) -> Result<AgreementView, ApiError> {
        let record = self.record_of(agreement).await?;
        let (verified, facts) = self.verified(&record.shape).await?;
        let place = place(&record.shape, name)?;
        let (Some(standing), Some(condition)) =
            (outlook(&record.shape, &facts).into_iter().nth(place), record.shape.conditions.get(place))
        else {
            return Err(errors::internal("a condition without a place"));
        };
        match &standing.next {
            Next::Fulfilled => return self.documented_view(&record, &facts, self.account()).await,
            Next::Open => {}
            closed => return Err(saying::not_open(&condition.name, closed)),
        }
        let signer = self.signer()?;
        let evidence = self.evidence(agreement, condition, shown, signer.as_ref())?;
        let (point, not_after) = match &condition.terms {
            ConditionTerms::LockReward { amount, .. } => {
                let perils = verified.perils(place, self.keeper.contracts().escrow_reward, signer.address());
                if !perils.is_empty() && !without_refund {
                    return Err(saying::perils(&perils));
                }
                let balance = self.balance().await?;
                if balance < *amount {
                    return Err(saying::short(*amount, balance));
                }
                if let Some(last) = verified.pay_by(place).filter(|last| facts.block > *last) {
                    return Err(saying::too_late(&condition.name, last));
                }
                if let Some(risk) = self.not_accepted(&self.risks_of_paying(*amount).await?, &[]).await?.first() {
                    return Err(trust::refused(*risk));
                }
                self.policy.allows(&Action::Pay { agreement, amount: *amount })?;
                (Point::StepPaymentSigned, verified.pay_by(place))
            }
            _ => {
                self.may_do(&standing.by, signer.as_ref()).await?;
                self.policy.allows(&Action::Step { agreement, kind: condition.kind(), abort: false })?;
                (Point::StepSigned, None)
            }
        };
        let contracts = *self.keeper.contracts();
        let make = |attempt| shapes::fulfilment(&contracts, &verified, place, &evidence, attempt);
        let sent = self.attempt(signer, not_after, point, make).await;
        self.done(&verified, place, ConditionState::Fulfilled, sent, not_after).await
    }

    /// Aborts a condition whose time is over. One that is aborted already stays so.
    pub(crate) async fn abort_condition(&self, agreement: AgreementId, name: &str) -> Result<AgreementView, ApiError> {
        let record = self.record_of(agreement).await?;
        let (verified, facts) = self.verified(&record.shape).await?;
        let place = place(&record.shape, name)?;
        let (Some(standing), Some(condition)) =
            (outlook(&record.shape, &facts).into_iter().nth(place), record.shape.conditions.get(place))
        else {
            return Err(errors::internal("a condition without a place"));
        };
        if standing.next == Next::Aborted {
            return self.documented_view(&record, &facts, self.account()).await;
        }
        if standing.next == Next::Fulfilled {
            return Err(saying::not_open(&condition.name, &standing.next));
        }
        if !standing.can_abort {
            // Where blocks come with transactions, nobody else may be letting the time pass.
            if let Some(until) = standing.until {
                self.keeper.tick_until(until.saturating_add(1)).await.map_err(chain)?;
            }
            return Err(saying::not_over(&condition.name, standing.until, facts.block));
        }
        self.policy.allows(&Action::Step { agreement, kind: condition.kind(), abort: true })?;
        let signer = self.signer()?;
        let contracts = *self.keeper.contracts();
        let make = |attempt| shapes::abort(&contracts, &verified, place, attempt);
        let sent = self.attempt(signer, None, Point::StepSigned, make).await;
        self.done(&verified, place, ConditionState::Aborted, sent, None).await
    }

    /// A signature of the account in use for a condition, for somebody else to show.
    pub(crate) async fn sign_condition(&self, agreement: AgreementId, name: &str) -> Result<GivenSignature, ApiError> {
        let record = self.record_of(agreement).await?;
        // Nobody signs for an agreement that is another on record.
        self.verified(&record.shape).await?;
        let condition = record.shape.conditions.get(place(&record.shape, name)?);
        match condition.map(|condition| (&condition.terms, condition)) {
            Some((ConditionTerms::Sign { message, .. }, condition)) => {
                let signer = self.signer()?;
                let signature = self.signature(agreement, condition, *message, signer.as_ref())?;
                Ok(GivenSignature { message: *message, signer: signer.address(), signature })
            }
            _ => Err(saying::no_evidence("This step asks for no signature.", "Choose a step of the kind “sign”.")),
        }
    }

    /// Signs a text, and nothing else: 32 bytes of which nobody knows what they are the hash of could be a transaction's, and
    /// whoever has a signature of those has the account's money.
    fn signature(
        &self,
        agreement: AgreementId,
        condition: &ShapeCondition,
        message: Hash32,
        signer: &dyn Signer,
    ) -> Result<protocol::Signature, ApiError> {
        let text = condition.text.as_ref().filter(|text| personal_digest(text.as_bytes()) == message.0);
        let text = text.ok_or_else(|| saying::unreadable(&condition.name))?;
        self.policy.allows(&Action::Sign { agreement, message })?;
        signer.sign_personal(text.as_bytes()).map_err(|error| match error {
            protocol::SignError::Locked => errors::locked(),
            other => errors::internal(other),
        })
    }

    /// What is shown to a condition, made of what was given; what it would not take is said before anything is sent.
    fn evidence(
        &self,
        agreement: AgreementId,
        condition: &ShapeCondition,
        shown: Shown,
        signer: &dyn Signer,
    ) -> Result<Evidence, ApiError> {
        match (&condition.terms, shown) {
            (ConditionTerms::Sign { message, signer: wanted }, shown) => {
                let signature = match shown {
                    Shown::Signature(signature) => signature,
                    Shown::Nothing if *wanted == signer.address() => {
                        self.signature(agreement, condition, *message, signer)?
                    }
                    _ => {
                        return Err(saying::no_evidence(
                            &format!("“{}” asks for a signature of {wanted}.", condition.name),
                            "They make it with: neuston agreement sign. Show it with --signature.",
                        ));
                    }
                };
                let bytes = signature.to_ethereum();
                if !sign_condition_takes(*message, *wanted, &bytes) {
                    return Err(saying::no_evidence(
                        &format!("This is no signature of {wanted} for “{}”.", condition.name),
                        "Ask them for theirs, made with: neuston agreement sign. Nothing was sent.",
                    ));
                }
                Ok(Evidence::Signature(bytes))
            }
            (ConditionTerms::HashLock { .. }, shown) => {
                let preimage = match shown {
                    Shown::Text(text) => Preimage::Text(text),
                    Shown::Number(number) => Preimage::Number(number),
                    Shown::Word(word) => Preimage::Word(word),
                    Shown::Nothing | Shown::Signature(_) => {
                        return Err(saying::no_evidence(
                            &format!("“{}” asks for what its hash is of.", condition.name),
                            "Show it with --preimage, --preimage-number or --preimage-word.",
                        ));
                    }
                };
                if preimage.terms() != condition.terms {
                    return Err(saying::no_evidence(
                        &format!("This is not what the hash of “{}” is of.", condition.name),
                        "A text, a number and 32 bytes have different hashes. Nothing was sent or shown to anybody.",
                    ));
                }
                Ok(Evidence::Preimage(preimage))
            }
            (_, Shown::Nothing) => Ok(Evidence::None),
            _ => Err(saying::no_evidence(
                &format!("“{}” asks for nothing to be shown.", condition.name),
                "Leave --signature and --preimage out. Nothing was sent.",
            )),
        }
    }

    /// Whether the account may do a step that not everybody may.
    async fn may_do(&self, by: &By, signer: &dyn Signer) -> Result<(), ApiError> {
        let account = signer.address();
        let keeper = self.keeper.agreed().await.map_err(chain)?;
        match by {
            By::Publisher { did } => {
                let register = keeper.did_register(*did).await.map_err(chain)?;
                let may = register.is_some_and(|found| found.owner == account || found.providers.contains(&account));
                if may { Ok(()) } else { Err(saying::not_publisher()) }
            }
            // A list of another contract says for itself what is in it.
            By::Listed { list, item } if Some(*list) == keeper.contracts().hash_lists => {
                let listed = keeper.list_of(account).await.map_err(chain)?.contains(item);
                if listed { Ok(()) } else { Err(saying::not_listed()) }
            }
            _ => Ok(()),
        }
    }

    /// Tells of a step, once.
    pub(super) async fn tell_step(&self, kind: ActivityKind, shape: &Shape, name: &str) -> Result<(), ApiError> {
        let titled = || format!("{name} · {}", shape.title);
        let said = if shape.title.is_empty() { name.to_owned() } else { titled() };
        self.tell_agreement(kind, shape, &said).await
    }

    /// What is on record after a step decides whether it is done, whatever was said of its transaction.
    pub(super) async fn done(
        &self,
        verified: &VerifiedShape,
        place: usize,
        wanted: ConditionState,
        sent: Result<(), OutboxError>,
        not_after: Option<u64>,
    ) -> Result<AgreementView, ApiError> {
        let shape = verified.shape();
        let name = shape.conditions.get(place).map(|found| found.name.clone()).unwrap_or_default();
        let (now, facts) = self.verified(shape).await?;
        if facts.conditions.get(place).map(|found| found.state) != Some(wanted) {
            return Err(match (sent, not_after) {
                (Err(OutboxError::TooLate { .. }), Some(last)) => saying::too_late(&name, last),
                (Err(error), _) => outbox(error),
                (Ok(()), _) => saying::no_effect(&name),
            });
        }
        self.note_money(&now, &facts).await?;
        let kind = match wanted {
            ConditionState::Aborted => ActivityKind::StepAborted,
            _ => ActivityKind::StepDone,
        };
        self.tell_step(kind, shape, &name).await?;
        self.let_time_pass(&now).await?;
        self.tell_account().await;
        self.agreement_view(shape.agreement).await
    }
}
