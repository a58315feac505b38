// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConditionState} from "./ConditionState.sol";
import {ListingCondition} from "./ListingCondition.sol";

/// Fulfilled by the DID's owner or provider; from then on the Secret Store gives the grantee the keys.
contract AccessSecretStoreCondition is ListingCondition {
    mapping(bytes32 => mapping(address => bool)) private _permissions;

    event Fulfilled(
        bytes32 indexed _agreementId, bytes32 indexed _documentId, address indexed _grantee, bytes32 _conditionId
    );

    function hashValues(bytes32 _documentId, address _grantee) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_documentId, _grantee));
    }

    /// After the timeout it reverts: nobody gets both the access and the refund.
    function fulfill(bytes32 _agreementId, bytes32 _documentId, address _grantee)
        public
        onlyDIDOwnerOrProvider(_documentId)
        returns (ConditionState state)
    {
        bytes32 id = generateId(_agreementId, hashValues(_documentId, _grantee));
        _requireInTime(id);
        state = _fulfill(id);
        _permissions[_documentId][_grantee] = true;
        emit Fulfilled(_agreementId, _documentId, _grantee, id);
    }

    function grantPermission(address _grantee, bytes32 _documentId) public onlyDIDOwnerOrProvider(_documentId) {
        _permissions[_documentId][_grantee] = true;
    }

    function renouncePermission(address _grantee, bytes32 _documentId) public onlyDIDOwnerOrProvider(_documentId) {
        _permissions[_documentId][_grantee] = false;
    }

    function checkPermissions(address _grantee, bytes32 _documentId) external view returns (bool permissionGranted) {
        return _didRegistry.isDIDProvider(_documentId, _grantee) || _grantee == _didRegistry.getDIDOwner(_documentId)
            || _permissions[_documentId][_grantee] || _didRegistry.getPermission(_documentId, _grantee);
    }
}
