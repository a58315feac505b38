// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConditionState} from "./ConditionState.sol";
import {PlainCondition} from "./PlainCondition.sol";

/// Fulfilled by anyone once enough of its input conditions are.
contract ThresholdCondition is PlainCondition {
    function hashValues(bytes32[] memory inputConditions, uint256 threshold) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(inputConditions, threshold));
    }

    function fulfill(bytes32 _agreementId, bytes32[] calldata _inputConditions, uint256 threshold)
        external
        returns (ConditionState state)
    {
        require(
            _inputConditions.length >= 2 && threshold <= _inputConditions.length, "Invalid input conditions length"
        );
        uint256 fulfilled = 0;
        for (uint256 i = 0; i < _inputConditions.length && fulfilled < threshold; i++) {
            if (_conditionStore.getConditionState(_inputConditions[i]) == ConditionState.Fulfilled) {
                fulfilled++;
            }
        }
        require(fulfilled >= threshold, "Invalid threshold fulfilment");
        return _fulfillInTime(_agreementId, hashValues(_inputConditions, threshold));
    }
}
