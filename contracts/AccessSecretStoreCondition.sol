// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementStoreManager} from "./AgreementStoreManager.sol";
import {Condition} from "./Condition.sol";
import {ConditionState} from "./ConditionState.sol";
import {ConditionStoreManager} from "./ConditionStoreManager.sol";
import {DIDRegistry} from "./DIDRegistry.sol";

/// Fulfilled by the DID's owner or provider; from then on the Secret Store gives the grantee the keys.
contract AccessSecretStoreCondition is Condition {
    DIDRegistry private _didRegistry;
    mapping(bytes32 => mapping(address => bool)) private _permissions;

    event Fulfilled(
        bytes32 indexed _agreementId, bytes32 indexed _documentId, address indexed _grantee, bytes32 _conditionId
    );

    modifier onlyDIDOwnerOrProvider(bytes32 _documentId) {
        require(
            _didRegistry.isDIDProvider(_documentId, msg.sender) || _didRegistry.getDIDOwner(_documentId) == msg.sender,
            "Invalid DID owner/provider"
        );
        _;
    }

    function initialize(
        address _owner,
        address _conditionStoreManagerAddress,
        address _agreementStoreManagerAddress
    ) external initializer {
        require(
            _owner != address(0) && _conditionStoreManagerAddress != address(0)
                && _agreementStoreManagerAddress != address(0),
            "Invalid address"
        );
        _conditionStore = ConditionStoreManager(_conditionStoreManagerAddress);
        _didRegistry = DIDRegistry(AgreementStoreManager(_agreementStoreManagerAddress).getDIDRegistryAddress());
        _transferOwnership(_owner);
    }

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
