//! Whoever reads the chain knows every number of a sale, and may create agreements. On the released contracts that is enough to
//! have the buyer's payment for oneself: another agreement contains an escrow id that was computed for the buyer's.
//!
//! The same in one process, on our escrow with and without the check: `src-tauri/crates/keeper/tests/keeper/theft.rs`.

use crate::{
    chains::{Chain, Maker, Release},
    network::Network,
    person::Person,
    stranger::Stranger,
};
use keeper::{AgreementDraft, DraftCondition, Evidence};
use protocol::{
    Address, AgreementId, ConditionId, Did, Vodka, conditions::ConditionTerms, hash::keccak256, templates::ACCESS,
    tx::Call,
};
use tokio::runtime::Runtime;

/// Blocks come by the clock, so that the time to deliver passes.
const BLOCK_MS: u64 = 200;

/// What everybody can know of a payment that is in escrow.
struct Payment {
    agreement: AgreementId,
    did: Did,
    price: Vodka,
    buyer: Address,
}

impl Payment {
    /// That of somebody's only purchase of a listing.
    fn of(buyer: &Person, did: &str, ocean: u64) -> Self {
        let purchase = &buyer.purchases_of(did)[0];
        Self {
            agreement: purchase["agreementId"].as_str().unwrap().parse().unwrap(),
            did: did.parse().unwrap(),
            price: Vodka::from_ocean(ocean),
            buyer: buyer.address().parse().unwrap(),
        }
    }
}

impl Stranger {
    /// Creates an agreement with an escrow in it that was computed for somebody else's payment, released by that payment
    /// itself to the stranger: the call with which it pays out.
    async fn prepares_to_take(&self, payment: &Payment) -> Call {
        let contracts = *self.keeper.contracts();
        let Payment { agreement, price: amount, .. } = *payment;
        let lock = ConditionTerms::LockReward { reward_address: contracts.escrow_reward, amount };
        let lock = contracts.condition_id(agreement, &lock).unwrap();
        let stranger = self.address();
        let mine = ConditionTerms::EscrowReward { amount, receiver: stranger, sender: stranger, lock, release: lock };
        let own = AgreementId(keccak256([&agreement.0[..], b"redirected"].concat()));
        let any = |place: u8| ConditionId(keccak256([&own.0[..], &[place]].concat()));
        let ids = [any(0), any(1), contracts.condition_id(agreement, &mine).unwrap()];
        let draft = AgreementDraft {
            agreement: own,
            did: payment.did,
            template: ACCESS,
            conditions: ids.map(|id| DraftCondition { id, time_lock: 0, time_out: 0 }).to_vec(),
            actors: vec![stranger, payment.buyer],
        };
        self.calls(&contracts.create(&draft)).await;
        contracts.fulfill(agreement, &mine, &Evidence::None).unwrap()
    }

    async fn has(&self) -> Vodka {
        self.keeper.balance_of(self.address()).await.unwrap()
    }

    async fn takes_nothing_of(&self, payment: &Payment) {
        let take = self.prepares_to_take(payment).await;
        assert_eq!(self.is_refused(&take).await, "Condition is not part of the agreement");
        assert!(!self.tries(&take).await.success, "it is reverted also where nobody asks beforehand");
        assert!(self.has().await.is_zero());
    }
}

/// Pays for a listing; the publisher's machine breaks down before it opens the data.
fn pays(publisher: &Person, buyer: &Person, did: &str) {
    let dying = publisher.serves_until("after:publisher_created");
    buyer.types(&["buy", did, "--until", "locked"]).ok();
    dying.aborts("after:publisher_created");
}

#[test]
fn a_stranger_cannot_redirect_an_escrow() {
    let network = Network::starts(BLOCK_MS);
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(20);
    let content = "a,b\n1,2\n";
    let changed = publisher.file("changed.csv", "a\n1\n");
    let (opened, never) = {
        let _serving = publisher.serves();
        let opened = publisher.publishes(&publisher.file("opened.csv", content), "Opened in the end", "4");
        let soon = ["--deliver-within", "12s"];
        (opened, publisher.publishes_with(&changed, "Never opened", "5", &soon))
    };
    let runtime = Runtime::new().unwrap();
    let stranger = runtime.block_on(Stranger::on(&network.file()));

    // The buyer ends with the data ...
    pays(&publisher, &buyer, &opened);
    let escrow = network.contracts()["EscrowReward"].clone();
    let price = 4 * 10_u128.pow(18);
    assert_eq!(network.vodka_of(&escrow), price, "the payment is there to be taken");
    runtime.block_on(stranger.takes_nothing_of(&Payment::of(&buyer, &opened, 4)));
    assert_eq!(network.vodka_of(&escrow), price);
    let serving = publisher.serves_locked();
    buyer.types(&["resume"]).ok();
    assert_eq!(buyer.reads(&opened), content);
    publisher.waits_for_balance("4");

    // ... or with the money: this file is not the one that was listed, and is not opened.
    std::fs::write(&changed, "a\n2\n").unwrap();
    buyer.types(&["buy", &never, "--until", "locked"]).ok();
    runtime.block_on(stranger.takes_nothing_of(&Payment::of(&buyer, &never, 5)));
    buyer.types(&["resume"]).ok();
    assert_eq!(buyer.purchases_of(&never)[0]["state"], "refunded");
    assert_eq!((buyer.balance().as_str(), network.vodka_of(&escrow)), ("16", 0));
    assert!(runtime.block_on(stranger.has()).is_zero());
    serving.ends();
}

/// What the story above would end with without the check: on the contracts as they were released nothing refuses it.
#[test]
fn a_stranger_redirects_an_escrow_of_the_released_contracts() {
    let chain = Chain::free(Maker::Anvil);
    let network = Network::serves(&chain.with_official_contracts(Release::V0_13));
    let publisher = Person::on(&network.file()).with_account(0);
    let buyer = Person::on(&network.file()).with_account(10);
    let did = {
        let _serving = publisher.serves();
        publisher.publishes(&publisher.file("a.csv", "a\n1\n"), "Paid to a stranger", "4")
    };
    buyer.types(&["network", "consent"]).ok();
    pays(&publisher, &buyer, &did);
    let payment = Payment::of(&buyer, &did, 4);
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let stranger = Stranger::on(&network.file()).await;
        let escrow = stranger.keeper.contracts().escrow_reward;
        assert_eq!(stranger.keeper.balance_of(escrow).await.unwrap(), payment.price);
        let take = stranger.prepares_to_take(&payment).await;
        assert!(stranger.tries(&take).await.success, "nothing refuses it there");
        assert_eq!(stranger.has().await, payment.price, "whoever came has the buyer's payment");
        assert!(stranger.keeper.balance_of(escrow).await.unwrap().is_zero());
    });
}
