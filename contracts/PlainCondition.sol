// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Condition} from "./Condition.sol";
import {ConditionState} from "./ConditionState.sol";
import {ConditionStoreManager} from "./ConditionStoreManager.sol";

/// What the conditions share that know nothing but the store: whoever brings what they ask for fulfils them.
abstract contract PlainCondition is Condition {
    function initialize(address _owner, address _conditionStoreManagerAddress) external initializer {
        require(_owner != address(0) && _conditionStoreManagerAddress != address(0), "Invalid address");
        _conditionStore = ConditionStoreManager(_conditionStoreManagerAddress);
        _transferOwnership(_owner);
    }

    /// After the timeout it reverts, where the released contracts abort and report success.
    function _fulfillInTime(bytes32 agreementId, bytes32 valueHash) internal returns (ConditionState) {
        bytes32 id = generateId(agreementId, valueHash);
        _requireInTime(id);
        return _fulfill(id);
    }
}
