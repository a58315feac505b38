//! A sale, for tests.

use agreement::publisher::Sale;
use protocol::{Address, AgreementId, Did, TemplateId, Vodka, conditions::AccessTerms};

/// What an agreement of this number says of this buyer; access can be granted for 100 blocks.
pub(crate) fn sale(agreement: u8, consumer: u8) -> Sale {
    let terms = AccessTerms {
        agreement: AgreementId([agreement; 32]),
        did: Did([2; 32]),
        template: TemplateId([3; 32]).into(),
        provider: Address([4; 20]),
        consumer: Address([consumer; 20]),
        owner: Address([6; 20]),
        price: Vodka::from_ocean(7),
        time_locks: [0; 3],
        time_outs: [0, 100, 0],
        escrow_contract: Address([10; 20]),
        lock_contract: Address([11; 20]),
        access_contract: Address([12; 20]),
    };
    Sale { terms, service: 1, version: "0x00".to_owned(), grant_margin: 10, grace: 20 }
}
