// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Lists that WhitelistingCondition can ask.
interface IList {
    /// Whether the list `id` has the value. For lists that belong to accounts the id is the hash of the account.
    function has(bytes32 id, bytes32 value) external view returns (bool);

    /// Whether the caller's own list has it.
    function has(bytes32 value) external view returns (bool);
}
