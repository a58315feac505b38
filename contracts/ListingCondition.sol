// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementStoreManager} from "./AgreementStoreManager.sol";
import {Condition} from "./Condition.sol";
import {ConditionStoreManager} from "./ConditionStoreManager.sol";
import {DIDRegistry} from "./DIDRegistry.sol";

/// What the conditions share that a listing's owner or provider fulfils.
abstract contract ListingCondition is Condition {
    DIDRegistry internal _didRegistry;

    modifier onlyDIDOwnerOrProvider(bytes32 _did) {
        require(
            _didRegistry.isDIDProvider(_did, msg.sender) || _didRegistry.getDIDOwner(_did) == msg.sender,
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
}
