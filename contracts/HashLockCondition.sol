// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConditionState} from "./ConditionState.sol";
import {PlainCondition} from "./PlainCondition.sol";

/// Fulfilled by anyone who shows what the condition's hash is the hash of: a number, a text or 32 bytes.
contract HashLockCondition is PlainCondition {
    function hashValues(uint256 _preimage) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_preimage));
    }

    function hashValues(string memory _preimage) public pure returns (bytes32) {
        return keccak256(bytes(_preimage));
    }

    function hashValues(bytes32 _preimage) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_preimage));
    }

    function fulfill(bytes32 _agreementId, uint256 _preimage) external returns (ConditionState) {
        return _fulfillInTime(_agreementId, hashValues(_preimage));
    }

    function fulfill(bytes32 _agreementId, string memory _preimage) public returns (ConditionState) {
        return _fulfillInTime(_agreementId, hashValues(_preimage));
    }

    function fulfill(bytes32 _agreementId, bytes32 _preimage) external returns (ConditionState) {
        return _fulfillInTime(_agreementId, hashValues(_preimage));
    }
}
