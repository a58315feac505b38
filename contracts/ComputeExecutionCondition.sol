// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConditionState} from "./ConditionState.sol";
import {ListingCondition} from "./ListingCondition.sol";

/// Fulfilled by the DID's owner or provider when the consumer's computation was started.
contract ComputeExecutionCondition is ListingCondition {
    mapping(bytes32 => mapping(address => bool)) private _triggered;

    event Fulfilled(
        bytes32 indexed _agreementId, bytes32 indexed _did, address indexed _computeConsumer, bytes32 _conditionId
    );

    function hashValues(bytes32 _did, address _computeConsumer) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_did, _computeConsumer));
    }

    /// After the timeout it reverts: nobody gets both the computation and the refund.
    function fulfill(bytes32 _agreementId, bytes32 _did, address _computeConsumer)
        public
        onlyDIDOwnerOrProvider(_did)
        returns (ConditionState state)
    {
        bytes32 id = generateId(_agreementId, hashValues(_did, _computeConsumer));
        _requireInTime(id);
        state = _fulfill(id);
        _triggered[_did][_computeConsumer] = true;
        emit Fulfilled(_agreementId, _did, _computeConsumer, id);
    }

    function wasComputeTriggered(bytes32 _did, address _computeConsumer) public view returns (bool) {
        return _triggered[_did][_computeConsumer];
    }
}
