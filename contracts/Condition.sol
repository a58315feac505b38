// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementStoreManager} from "./AgreementStoreManager.sol";
import {ConditionState} from "./ConditionState.sol";
import {ConditionStoreManager} from "./ConditionStoreManager.sol";
import {KeeperContract} from "./KeeperContract.sol";

/// What all conditions share.
abstract contract Condition is KeeperContract {
    ConditionStoreManager internal _conditionStore;

    /// Room for what later versions keep here: behind a proxy nothing may move.
    uint256[49] private _conditionGap;

    function generateId(bytes32 _agreementId, bytes32 _valueHash) public view returns (bytes32) {
        return keccak256(abi.encodePacked(_agreementId, address(this), _valueHash));
    }

    /// Anyone may abort a condition whose time is over.
    function abortByTimeOut(bytes32 _conditionId) external virtual returns (ConditionState) {
        require(_conditionStore.isConditionTimedOut(_conditionId), "Condition needs to be timed out");
        return _conditionStore.updateConditionState(_conditionId, ConditionState.Aborted);
    }

    function _fulfill(bytes32 conditionId) internal returns (ConditionState) {
        return _conditionStore.updateConditionState(conditionId, ConditionState.Fulfilled);
    }

    function _requireInTime(bytes32 conditionId) internal view {
        require(!_conditionStore.isConditionTimedOut(conditionId), "Condition is timed out");
    }

    /// The ids an agreement was created with. The agreement store is the one that creates conditions.
    function _conditionsOf(bytes32 agreementId) internal view returns (bytes32[] memory conditionIds) {
        (,,, conditionIds,,) = AgreementStoreManager(_conditionStore.getCreateRole()).getAgreement(agreementId);
    }

    function _requireAmong(bytes32[] memory conditionIds, bytes32 conditionId) internal pure {
        for (uint256 i = 0; i < conditionIds.length; i++) {
            if (conditionIds[i] == conditionId) {
                return;
            }
        }
        revert("Condition is not part of the agreement");
    }
}
