// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EscrowTemplate} from "./EscrowTemplate.sol";

/// A payment in escrow against access: AccessSecretStoreCondition, LockRewardCondition, EscrowReward.
contract EscrowAccessSecretStoreTemplate is EscrowTemplate {}
