//! Receipts: what the chain shows of an agreement, proven and signed, in a file.

mod page;

use crate::{agent::Agent, clock, core::chain, errors, new_file::write_new};
use api::{ApiError, Code, SavedFile};
use keeper::{ConditionState, LogFilter};
use protocol::{
    Address, AgreementId, Checksum, Hash32, SignError,
    conditions::AccessTerms,
    event_topics::topic,
    receipt::{AgreementReceipt, Evidence, FORM, Fact, Statement},
    templates::TemplateRef,
    tx::Log,
};
use std::path::Path;

impl Agent {
    pub(crate) async fn save_receipt(&self, agreement: AgreementId, path: &str) -> Result<SavedFile, ApiError> {
        let (terms, name) = self.purchases.agreed(agreement).await?;
        let statement = self.statement(terms, name).await?;
        let digest = statement.digest().map_err(|e| errors::internal(e.to_string()))?;
        self.core.wallet.touch();
        let signer = self.core.wallet.signer(statement.signer).map_err(errors::wallet)?;
        let signature = signer.sign_personal(&digest).map_err(|error| match error {
            SignError::Locked => errors::locked(),
            other => errors::internal(other.to_string()),
        })?;
        let receipt = AgreementReceipt { statement, signature };
        // A receipt that would not convince an auditor is none.
        let verified = receipt.verify().map_err(|fault| errors::internal(fault.to_string()))?;
        let json = serde_json::to_vec_pretty(&receipt).map_err(|e| errors::internal(e.to_string()))?;
        let place = Path::new(path);
        let bytes = match place.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf")) {
            true => page::page(&receipt, &verified, &self.core.network.currency, &json),
            false => json,
        };
        write_new(place, &bytes).await?;
        Ok(SavedFile { path: path.to_owned(), bytes: bytes.len() as u64 })
    }

    async fn statement(&self, terms: AccessTerms, name: String) -> Result<Statement, ApiError> {
        let contracts = self.core.keeper.contracts();
        let agreement = |contract, event| LogFilter::of(contract, event).with_topic(1, terms.agreement.0);
        let agreed = self
            .last(match terms.template {
                TemplateRef::Id(_) => agreement(contracts.agreement_store, topic::AGREEMENT_CREATED),
                TemplateRef::Contract(at) => agreement(at, topic::TEMPLATE_AGREEMENT_CREATED),
            })
            .await?;
        let Some(agreed) = agreed else {
            return Err(ApiError::new(
                Code::NotFound,
                "Nothing of this agreement is on record.",
                "A purchase that ended before it was put on record has no receipt: nothing was paid.",
            ));
        };
        let registration = LogFilter::of(contracts.did_registry, topic::DID_ATTRIBUTE_REGISTERED)
            .with_topic(1, terms.did.0)
            .with_address(2, terms.owner)
            .between(0, agreed.block);
        let registered = self.last(registration).await?;
        let checksum = registered.as_ref().and_then(|log| log.topics.get(3)).map_or(Hash32([0; 32]), |word| *word);
        let paid =
            |receiver: Address| agreement(contracts.escrow_reward, topic::REWARD_FULFILLED).with_address(2, receiver);
        let set_aside = self.last(agreement(contracts.lock_reward, topic::REWARD_FULFILLED)).await?;
        let access = self.core.keeper.condition(terms.ids().access).await.map_err(chain)?;
        let granted = match access.state {
            // Released contracts say that they granted after the time was over, too: the state decides.
            ConditionState::Fulfilled => {
                self.last(agreement(contracts.access_secret_store, topic::ACCESS_FULFILLED)).await?
            }
            _ => None,
        };
        let (to_owner, back) = (self.last(paid(terms.owner)).await?, self.last(paid(terms.consumer)).await?);
        let facts = [
            (Fact::Registered, registered),
            (Fact::Agreed, Some(agreed)),
            (Fact::SetAside, set_aside),
            (Fact::Granted, granted),
            (Fact::Paid, to_owner),
            (Fact::Returned, back),
        ];
        let mut evidence = Vec::new();
        for (fact, log) in facts {
            let Some(log) = log else { continue };
            let proof = self.core.keeper.inclusion(log.tx).await.map_err(chain)?;
            let proof = proof.ok_or_else(|| {
                ApiError::new(
                    Code::Changed,
                    "The chain has just changed its newest blocks.",
                    "Make the receipt again in a minute.",
                )
            })?;
            evidence.push(Evidence { fact, proof });
        }
        Ok(Statement {
            form: FORM,
            chain_id: self.core.keeper.chain_id(),
            name,
            checksum: Checksum(checksum.0),
            terms_hash: Hash32(terms.hash()),
            registry: contracts.did_registry,
            agreement_store: contracts.agreement_store,
            evidence,
            made: clock::now_text(),
            signer: terms.consumer,
            terms,
        })
    }

    async fn last(&self, filter: LogFilter) -> Result<Option<Log>, ApiError> {
        Ok(self.core.keeper.logs(&filter).await.map_err(chain)?.pop())
    }
}
