// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementStoreManager} from "./AgreementStoreManager.sol";
import {DIDRegistry} from "./DIDRegistry.sol";
import {KeeperContract} from "./KeeperContract.sol";

/// A template that is a contract, as keeper-contracts had them up to 0.12: it creates the agreements itself, and its id
/// is the hash of its address. Conditions are in the order release, lock, escrow.
abstract contract EscrowTemplate is KeeperContract {
    struct AgreementData {
        address accessConsumer;
        address accessProvider;
    }

    AgreementStoreManager private _agreementStore;
    DIDRegistry private _didRegistry;
    address[] private _conditionTypes;
    mapping(bytes32 => AgreementData) private _data;

    event AgreementCreated(
        bytes32 indexed _agreementId,
        bytes32 _did,
        address indexed _accessConsumer,
        address indexed _accessProvider,
        uint256[] _timeLocks,
        uint256[] _timeOuts
    );

    function initialize(
        address _owner,
        address _agreementStoreManagerAddress,
        address _didRegistryAddress,
        address _releaseConditionAddress,
        address _lockRewardConditionAddress,
        address _escrowRewardAddress
    ) external initializer {
        require(
            _owner != address(0) && _agreementStoreManagerAddress != address(0) && _didRegistryAddress != address(0)
                && _releaseConditionAddress != address(0) && _lockRewardConditionAddress != address(0)
                && _escrowRewardAddress != address(0),
            "Invalid address"
        );
        _agreementStore = AgreementStoreManager(_agreementStoreManagerAddress);
        _didRegistry = DIDRegistry(_didRegistryAddress);
        _conditionTypes.push(_releaseConditionAddress);
        _conditionTypes.push(_lockRewardConditionAddress);
        _conditionTypes.push(_escrowRewardAddress);
        _transferOwnership(_owner);
    }

    /// Without the consumer: the agreement has no data here, and nobody is told.
    function createAgreement(
        bytes32 _id,
        bytes32 _did,
        bytes32[] memory _conditionIds,
        uint256[] memory _timeLocks,
        uint256[] memory _timeOuts
    ) public returns (uint256 size) {
        return _agreementStore.createAgreement(_id, _did, _conditionTypes, _conditionIds, _timeLocks, _timeOuts);
    }

    /// The provider is the listing's first, or its owner where it has none.
    function createAgreement(
        bytes32 _id,
        bytes32 _did,
        bytes32[] memory _conditionIds,
        uint256[] memory _timeLocks,
        uint256[] memory _timeOuts,
        address _accessConsumer
    ) public returns (uint256 size) {
        size = createAgreement(_id, _did, _conditionIds, _timeLocks, _timeOuts);
        (address provider,,,, address[] memory providers) = _didRegistry.getDIDRegister(_did);
        if (providers.length > 0) {
            provider = providers[0];
        }
        _data[_id] = AgreementData({accessConsumer: _accessConsumer, accessProvider: provider});
        emit AgreementCreated(_id, _did, _accessConsumer, provider, _timeLocks, _timeOuts);
    }

    function getAgreementData(bytes32 _id) external view returns (address accessConsumer, address accessProvider) {
        AgreementData storage data = _data[_id];
        return (data.accessConsumer, data.accessProvider);
    }

    function getConditionTypes() public view returns (address[] memory) {
        return _conditionTypes;
    }
}
