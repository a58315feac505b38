//! Agreement templates and the roles in them, as their ids on the chain: Keccak-256 of the name (PROTOCOL 2.5).

use crate::{Address, Hash32, ParseIdError, TemplateId, hash::keccak256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// The template of a payment into escrow against access.
pub const ACCESS_NAME: &str = "EscrowAccessSecretStoreTemplate";
/// The template of a payment into escrow against a computation.
pub const COMPUTE_NAME: &str = "EscrowComputeExecutionTemplate";

/// The id of [`ACCESS_NAME`].
pub const ACCESS: TemplateId = TemplateId([
    0xff, 0x52, 0xb4, 0xc0, 0x0c, 0xea, 0xcf, 0x1c, 0xfd, 0x72, 0x96, 0xaf, 0x95, 0x69, 0xda, 0x77, 0xdb, 0x4e, 0x9a,
    0xe9, 0xb3, 0xd4, 0x2a, 0x30, 0x22, 0x51, 0x6b, 0x9c, 0x1a, 0xdc, 0xa8, 0xde,
]);
/// The id of [`COMPUTE_NAME`].
pub const COMPUTE: TemplateId = TemplateId([
    0x05, 0x26, 0x1c, 0xb9, 0x50, 0x61, 0xbe, 0xca, 0xa8, 0x52, 0xab, 0xcb, 0xa4, 0x3e, 0x8f, 0xe7, 0xf3, 0xed, 0xaf,
    0xca, 0xa1, 0xce, 0xdf, 0x16, 0x06, 0xc0, 0x8b, 0xed, 0x0a, 0x6c, 0xfa, 0x70,
]);

/// The role of the gateway, as the chain knows it.
pub const PROVIDER: Hash32 = Hash32([
    0x91, 0xc7, 0x8f, 0x34, 0x3f, 0xa4, 0x75, 0x3a, 0x18, 0xa7, 0xec, 0xaf, 0xf5, 0xa0, 0xd8, 0x5c, 0xfa, 0x86, 0x48,
    0x39, 0xd8, 0x39, 0x60, 0x12, 0x56, 0xf8, 0xf0, 0x03, 0x00, 0x35, 0x85, 0x78,
]);
/// The role of the buyer, as the chain knows it.
pub const CONSUMER: Hash32 = Hash32([
    0xd4, 0xaf, 0x56, 0xa6, 0xcb, 0x21, 0x64, 0x35, 0x05, 0x02, 0x93, 0xf7, 0xc8, 0x60, 0xec, 0xd8, 0x2c, 0x7b, 0x78,
    0xb5, 0xce, 0x1c, 0xf7, 0x1d, 0xcb, 0x72, 0x5b, 0xc2, 0x6a, 0x5c, 0x8c, 0xab,
]);

/// The template an agreement is made from. As text it is hexadecimal: 32 bytes, or the 20 of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TemplateRef {
    /// v0.2: an entry of TemplateStoreManager. Conditions are in the order lock, access, escrow.
    Id(TemplateId),
    /// v0.1: a contract, which creates the agreement. Conditions are in the order access, lock, escrow.
    Contract(Address),
}

impl TemplateRef {
    /// Its id in the stores of 0.13; those up to 0.12 have the contract's address itself.
    pub fn id(self) -> TemplateId {
        match self {
            Self::Id(id) => id,
            Self::Contract(at) => contract_template_id(at),
        }
    }
}

impl From<TemplateId> for TemplateRef {
    fn from(id: TemplateId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for TemplateRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(&id.hex()),
            Self::Contract(at) => f.write_str(&at.hex()),
        }
    }
}

impl FromStr for TemplateRef {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.parse().map(Self::Id);
        id.or_else(|_| text.parse().map(Self::Contract))
    }
}

impl Serialize for TemplateRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Id(id) => id.serialize(serializer),
            Self::Contract(at) => at.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TemplateRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The id of a template of this name.
pub fn template_id(name: &str) -> TemplateId {
    TemplateId(keccak256(name))
}

/// The id of a template that is a contract, as those of v0.1: Keccak-256 of its 20 bytes.
pub fn contract_template_id(template: Address) -> TemplateId {
    TemplateId(keccak256(template.0))
}

/// The id of an actor type of this name.
pub fn actor_type_id(name: &str) -> Hash32 {
    Hash32(keccak256(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_reference_reads_back_as_written_and_knows_which_of_both_it_is() {
        let contract = Address([7; 20]);
        for template in [TemplateRef::Id(ACCESS), TemplateRef::Contract(contract)] {
            let text = serde_json::to_string(&template).unwrap();
            assert_eq!(serde_json::from_str::<TemplateRef>(&text).unwrap(), template);
            assert_eq!(template.to_string().parse(), Ok(template));
        }
        assert_eq!(serde_json::to_string(&TemplateRef::Id(ACCESS)).unwrap(), serde_json::to_string(&ACCESS).unwrap());
        assert_eq!(TemplateRef::from(ACCESS).id(), ACCESS);
        assert_eq!(TemplateRef::Contract(contract).id(), contract_template_id(contract));
        assert!("0x12".parse::<TemplateRef>().is_err());
    }

    #[test]
    fn constants_and_names_agree_with_the_released_contracts() {
        let file: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/vectors/template-ids.json"
        )))
        .unwrap();
        for (name, id) in file["templates"].as_object().unwrap() {
            assert_eq!(template_id(name).hex(), id.as_str().unwrap());
        }
        for (name, id) in file["actorTypes"].as_object().unwrap() {
            assert_eq!(actor_type_id(name).hex(), id.as_str().unwrap());
        }
        for (name, found) in [("access", ACCESS), ("compute", COMPUTE)] {
            assert_eq!(file["crossCheck"][name], found.hex().as_str(), "as the released contract computes it");
        }
        assert_eq!(template_id(ACCESS_NAME), ACCESS);
        assert_eq!(template_id(COMPUTE_NAME), COMPUTE);
        assert_eq!(actor_type_id("provider"), PROVIDER);
        assert_eq!(actor_type_id("consumer"), CONSUMER);
    }
}
