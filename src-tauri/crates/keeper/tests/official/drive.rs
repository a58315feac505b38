//! This crate publishes, buys, releases and refunds with the released contracts, on chains of others over HTTP, and
//! ethers.js says what it sees there.

use crate::{
    chains::{Chain, Maker},
    released::{self, Release, Sender},
    support::{Account, PRICE, network},
};
use keeper::{ConditionState, Contracts, Keeper, KeeperEvent, PartiesV01, Rpc};
use protocol::{
    Address, AgreementId, Checksum, ConditionId, Did, Signer, Vodka,
    conditions::{AccessTerms, ConditionKind},
    network::AgreementForm,
    templates::{ACCESS, COMPUTE, TemplateRef},
    tx::{Call, Receipt},
};
use serde_json::json;
use transport::JsonRpc;

struct Market {
    chain: Chain,
    rpc: JsonRpc,
    keeper: Keeper,
    contracts: Contracts,
    publisher: Account,
    provider: Account,
    consumer: Account,
}

impl Market {
    async fn open(release: Release, maker: Maker) -> Self {
        let chain = Chain::start(maker);
        let rpc = chain.rpc();
        let contracts = released::deploy(&Sender { rpc: &rpc, from: &Account::new(1), release }).await;
        let mut network = network(&contracts);
        if release == Release::V0_12 {
            network.agreements = AgreementForm::V01;
        }
        let keeper = Keeper::connect(chain.rpc(), &network).await.unwrap();
        let [publisher, provider, consumer] = [2, 3, 4].map(Account::new);
        Self { chain, rpc, keeper, contracts, publisher, provider, consumer }
    }

    /// As the app does: prepared with estimated gas, signed, sent, seen in a block.
    async fn run(&self, from: &Account, call: &Call) -> Receipt {
        let nonce = self.keeper.nonce(from.address).await.unwrap();
        let tx = self.keeper.prepare(from.address, call, nonce).await.unwrap();
        let hash = self.keeper.broadcast(&from.sign_tx(&tx).unwrap()).await.unwrap();
        loop {
            if let Some(receipt) = self.keeper.receipt(hash).await.unwrap() {
                assert!(receipt.success, "{}", call.what);
                return receipt;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Why a call would be refused.
    async fn refusal(&self, from: &Account, call: &Call) -> String {
        let refused = self.keeper.estimate(from.address, call).await.unwrap_err();
        refused.reason().unwrap().to_owned()
    }

    async fn mine(&self, blocks: u64) {
        for _ in 0..blocks {
            self.rpc.request("evm_mine", json!([])).await.unwrap();
        }
    }

    async fn publish(&self) -> Did {
        let did = Did([7; 32]);
        let call =
            self.contracts.register_attribute(did, Checksum([8; 32]), &[self.provider.address], "http://catalogue/7");
        self.run(&self.publisher, &call).await;
        let register = self.keeper.did_register(did).await.unwrap().unwrap();
        assert_eq!((register.owner, register.checksum), (self.publisher.address, Checksum([8; 32])));
        assert_eq!(register.providers, [self.provider.address]);
        assert_eq!(self.keeper.did_url(did).await.unwrap().as_deref(), Some("http://catalogue/7"));
        did
    }

    fn terms(&self, seed: u8, did: Did, time_out: u64) -> AccessTerms {
        AccessTerms {
            agreement: AgreementId([seed; 32]),
            did,
            template: ACCESS.into(),
            provider: self.provider.address,
            consumer: self.consumer.address,
            owner: self.publisher.address,
            price: Vodka::from_ocean(PRICE),
            time_locks: [0; 3],
            time_outs: [0, time_out, 0],
            escrow_contract: self.contracts.escrow_reward,
            lock_contract: self.contracts.lock_reward,
            access_contract: self.contracts.access_secret_store,
        }
    }

    async fn pay(&self, terms: &AccessTerms) {
        self.run(&self.consumer, &self.contracts.request_tokens(PRICE).unwrap()).await;
        self.run(&self.consumer, &self.contracts.approve(terms.lock_contract, terms.price)).await;
        let receipt = self.run(&self.consumer, &self.contracts.lock_reward(terms)).await;
        let paid = self.events(&receipt).into_iter().any(|event| {
            matches!(event, KeeperEvent::PaymentLocked { agreement, amount, .. }
                if agreement == terms.agreement && amount == terms.price)
        });
        assert!(paid);
    }

    fn events(&self, receipt: &Receipt) -> Vec<KeeperEvent> {
        receipt.logs.iter().filter_map(|log| self.contracts.event(log).unwrap()).collect()
    }

    async fn states(&self, terms: &AccessTerms) -> [ConditionState; 3] {
        let mut states = [ConditionState::Uninitialized; 3];
        for (state, id) in states.iter_mut().zip(terms.ids().v02()) {
            *state = self.keeper.condition(id).await.unwrap().state;
        }
        states
    }

    /// What ethers.js sees of an agreement is what has to be.
    fn is_witnessed(&self, terms: &AccessTerms, states: [ConditionState; 3], permitted: bool, paid_to: Address) {
        let asked = json!({
            "contracts": self.contracts.to_map(), "did": terms.did.hex(), "agreement": terms.agreement.hex(),
            "consumer": terms.consumer, "owner": terms.owner,
        });
        let seen = self.chain.seen_by_ethers(&asked);
        let hex = |id: ConditionId| id.hex();
        assert_eq!(seen["did"], terms.did.hex());
        assert_eq!(seen["template"], terms.template.to_string());
        assert_eq!(seen["conditions"], json!(terms.ids().v02().map(hex)));
        assert_eq!(seen["states"], json!(states.map(|state| state as u8)));
        assert_eq!((&seen["permitted"], &seen["escrowHolds"]), (&json!(permitted), &json!("0")));
        assert_eq!(seen["didOwner"], json!(terms.owner));
        assert_eq!(seen["paidTo"], json!([paid_to]), "once, and to nobody else");
        let price = terms.price.to_string();
        let holds = if paid_to == terms.owner { &seen["ownerHolds"] } else { &seen["consumerHolds"] };
        assert_eq!(holds, &json!(price));
    }

    async fn earned(&self) -> Vodka {
        self.keeper.balance_of(self.publisher.address).await.unwrap()
    }
}

macro_rules! on_each_chain {
    ($($test:ident: $story:ident($maker:ident);)*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            $story(Maker::$maker).await;
        }
    )* };
}

on_each_chain! {
    a_sale_and_a_refund_with_the_released_contracts_on_anvil: a_sale_and_a_refund(Anvil);
    a_sale_and_a_refund_with_the_released_contracts_on_hardhat: a_sale_and_a_refund(Hardhat);
    a_sale_and_a_refund_with_the_released_contracts_on_ganache: a_sale_and_a_refund(Ganache);
    a_computation_with_the_released_contracts_on_anvil: a_computation(Anvil);
    a_computation_with_the_released_contracts_on_hardhat: a_computation(Hardhat);
    a_computation_with_the_released_contracts_on_ganache: a_computation(Ganache);
    the_v01_way_with_the_released_contracts_on_anvil: the_v01_way(Anvil);
    the_v01_way_with_the_released_contracts_on_hardhat: the_v01_way(Hardhat);
    the_v01_way_with_the_released_contracts_on_ganache: the_v01_way(Ganache);
}

async fn a_sale_and_a_refund(maker: Maker) {
    let market = Market::open(Release::V0_13, maker).await;
    let (keeper, c) = (&market.keeper, &market.contracts);
    let check = keeper.check().await.unwrap();
    assert!(check.faults.is_empty() && !check.safe_for_payments, "{check:?}");
    let did = market.publish().await;

    let sale = market.terms(1, did, 1800);
    market.run(&market.provider, &c.create_agreement(&sale)).await;
    let agreement = keeper.agreement(sale.agreement).await.unwrap().unwrap();
    assert_eq!((agreement.template, agreement.conditions), (ACCESS.into(), sale.ids().v02().to_vec()));
    assert_eq!(agreement.actors, [sale.provider, sale.consumer]);
    assert_eq!(market.refusal(&market.provider, &c.create_agreement(&sale)).await, "Id already exists");
    market.pay(&sale).await;
    assert!(!keeper.check_permissions(sale.consumer, did).await.unwrap());
    market.run(&market.provider, &c.grant_access(&sale)).await;
    assert!(keeper.check_permissions(sale.consumer, did).await.unwrap());
    let receipt = market.run(&market.provider, &c.release_reward(&sale)).await;
    assert!(market.events(&receipt).iter().any(|event| matches!(
        event, KeeperEvent::EscrowPaid { receiver, .. } if *receiver == sale.owner
    )));
    assert_eq!(market.states(&sale).await, [ConditionState::Fulfilled; 3]);
    assert_eq!(market.earned().await, sale.price);
    market.is_witnessed(&sale, [ConditionState::Fulfilled; 3], true, sale.owner);

    let refund = market.terms(2, did, 6);
    market.run(&market.consumer, &c.create_agreement(&refund)).await;
    market.pay(&refund).await;
    let abort = c.abort_by_timeout(ConditionKind::AccessSecretStore, refund.ids().access);
    assert_eq!(market.refusal(&market.consumer, &abort).await, "Condition needs to be timed out");
    market.mine(6).await;
    market.run(&market.consumer, &abort).await;
    market.run(&market.consumer, &c.release_reward(&refund)).await;
    use ConditionState::{Aborted, Fulfilled};
    assert_eq!(market.states(&refund).await, [Fulfilled, Aborted, Fulfilled]);
    assert_eq!(keeper.balance_of(refund.consumer).await.unwrap(), refund.price, "the money is back");
    assert_eq!(market.earned().await, sale.price);
    // He may still see what he bought before: permission is by listing.
    market.is_witnessed(&refund, [Fulfilled, Aborted, Fulfilled], true, refund.consumer);
    let past = keeper.agreements_of(sale.consumer, 0).await.unwrap();
    assert_eq!(past.iter().map(|past| past.agreement).collect::<Vec<_>>(), [sale.agreement, refund.agreement]);
}

async fn a_computation(maker: Maker) {
    let market = Market::open(Release::V0_13, maker).await;
    let (keeper, c) = (&market.keeper, &market.contracts);
    let did = market.publish().await;

    let mut compute = market.terms(3, did, 1800);
    (compute.template, compute.access_contract) = (COMPUTE.into(), c.compute_execution.unwrap());
    market.run(&market.consumer, &c.create_agreement(&compute)).await;
    market.pay(&compute).await;
    let receipt = market.run(&market.provider, &c.grant_access(&compute)).await;
    assert!(market.events(&receipt).iter().any(|event| matches!(
        event, KeeperEvent::ComputeTriggered { consumer, .. } if *consumer == compute.consumer
    )));
    assert!(keeper.compute_triggered(did, compute.consumer).await.unwrap());
    market.run(&market.provider, &c.release_reward(&compute)).await;
    assert_eq!(market.earned().await, compute.price);
}

/// Up to 0.12.7 templates were contracts, and the agreement store told nobody what it did.
async fn the_v01_way(maker: Maker) {
    let market = Market::open(Release::V0_12, maker).await;
    let (keeper, c) = (&market.keeper, &market.contracts);
    let check = keeper.check().await.unwrap();
    assert!(check.faults.is_empty() && !check.safe_for_payments, "{check:?}");
    let did = market.publish().await;
    let facade = c.access_template.unwrap();
    let mut old = market.terms(4, did, 1800);
    old.template = TemplateRef::Contract(facade);
    let receipt = market.run(&market.provider, &c.create_agreement(&old)).await;
    let last = market.events(&receipt).pop().unwrap();
    let expected = KeeperEvent::AgreementCreatedV01 {
        template: facade,
        agreement: old.agreement,
        did,
        consumer: old.consumer,
        provider: old.provider,
        time_locks: vec![0; 3],
        time_outs: vec![1800, 0, 0],
    };
    assert_eq!(last, expected);
    let parties = keeper.parties_v01(facade, old.agreement).await.unwrap();
    assert_eq!(parties, Some(PartiesV01 { consumer: old.consumer, provider: old.provider }));
    let found = keeper.agreement(old.agreement).await.unwrap().unwrap();
    assert_eq!((found.template, found.conditions), (old.template, old.on_chain().ids.to_vec()));
    assert_eq!(found.actors, [old.provider, old.consumer]);
    assert!(keeper.template_approved(old.template).await.unwrap());
    // What is there is what the network file says, and nothing else is taken for it.
    assert!(!keeper.template_approved(ACCESS.into()).await.unwrap());
    assert!(!keeper.template_approved(TemplateRef::Contract(c.escrow_reward)).await.unwrap());
    assert_eq!(market.states(&old).await, [ConditionState::Unfulfilled; 3]);
    market.pay(&old).await;
    market.run(&market.provider, &c.grant_access(&old)).await;
    market.run(&market.provider, &c.release_reward(&old)).await;
    assert_eq!(market.earned().await, old.price);
}
