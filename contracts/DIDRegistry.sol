// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeeperContract} from "./KeeperContract.sol";

/// Who owns a DID, what its checksum is, who may provide it.
contract DIDRegistry is KeeperContract {
    struct Register {
        address owner;
        uint64 blockNumberUpdated;
        address lastUpdatedBy;
        bytes32 lastChecksum;
        address[] providers;
    }

    mapping(bytes32 => Register) private _registers;
    bytes32[] private _ids;
    mapping(bytes32 => mapping(address => bool)) private _permissions;

    event DIDAttributeRegistered(
        bytes32 indexed _did,
        address indexed _owner,
        bytes32 indexed _checksum,
        string _value,
        address _lastUpdatedBy,
        uint256 _blockNumberUpdated
    );
    event DIDProviderRemoved(bytes32 _did, address _provider, bool state);
    event DIDProviderAdded(bytes32 _did, address _provider);
    event DIDOwnershipTransferred(bytes32 _did, address _previousOwner, address _newOwner);
    event DIDPermissionGranted(bytes32 indexed _did, address indexed _owner, address indexed _grantee);
    event DIDPermissionRevoked(bytes32 indexed _did, address indexed _owner, address indexed _grantee);

    modifier onlyDIDOwner(bytes32 _did) {
        require(msg.sender == _registers[_did].owner, "Invalid DID owner can perform this operation.");
        _;
    }

    function initialize(address _owner) public override initializer {
        _transferOwnership(_owner);
    }

    /// Whoever registers a DID first owns it. Later calls by the owner replace checksum, value and providers.
    function registerAttribute(bytes32 _did, bytes32 _checksum, address[] memory _providers, string memory _value)
        public
        returns (uint256 size)
    {
        Register storage register = _registers[_did];
        require(
            register.owner == address(0) || register.owner == msg.sender,
            "Attributes must be registered by the DID owners."
        );
        require(bytes(_value).length <= 2048, "Invalid value size");
        if (register.owner == address(0)) {
            register.owner = msg.sender;
            _ids.push(_did);
        }
        register.lastChecksum = _checksum;
        register.lastUpdatedBy = msg.sender;
        register.blockNumberUpdated = uint64(block.number);
        delete register.providers;
        for (uint256 i = 0; i < _providers.length; i++) {
            _addProvider(register, _providers[i]);
        }
        emit DIDAttributeRegistered(_did, register.owner, _checksum, _value, msg.sender, block.number);
        return _ids.length;
    }

    function addDIDProvider(bytes32 _did, address _provider) external onlyDIDOwner(_did) {
        _addProvider(_registers[_did], _provider);
        emit DIDProviderAdded(_did, _provider);
    }

    /// The list closes up: no zero address stays behind.
    function removeDIDProvider(bytes32 _did, address _provider) external onlyDIDOwner(_did) {
        address[] storage providers = _registers[_did].providers;
        bool removed = false;
        for (uint256 i = 0; i < providers.length; i++) {
            if (providers[i] == _provider) {
                providers[i] = providers[providers.length - 1];
                providers.pop();
                removed = true;
                break;
            }
        }
        emit DIDProviderRemoved(_did, _provider, removed);
    }

    function transferDIDOwnership(bytes32 _did, address _newOwner) external onlyDIDOwner(_did) {
        require(_newOwner != address(0), "Invalid new DID owner address");
        Register storage register = _registers[_did];
        require(register.owner != _newOwner, "New Owner is already a DID owner");
        register.owner = _newOwner;
        register.lastUpdatedBy = msg.sender;
        register.blockNumberUpdated = uint64(block.number);
        emit DIDOwnershipTransferred(_did, msg.sender, _newOwner);
    }

    function grantPermission(bytes32 _did, address _grantee) external onlyDIDOwner(_did) {
        require(_grantee != address(0), "Invalid grantee address");
        _permissions[_did][_grantee] = true;
        emit DIDPermissionGranted(_did, msg.sender, _grantee);
    }

    function revokePermission(bytes32 _did, address _grantee) external onlyDIDOwner(_did) {
        require(_permissions[_did][_grantee], "Grantee already was revoked");
        _permissions[_did][_grantee] = false;
        emit DIDPermissionRevoked(_did, msg.sender, _grantee);
    }

    function getPermission(bytes32 _did, address _grantee) external view returns (bool) {
        return _permissions[_did][_grantee];
    }

    function isDIDProvider(bytes32 _did, address _provider) public view returns (bool) {
        address[] storage providers = _registers[_did].providers;
        for (uint256 i = 0; i < providers.length; i++) {
            if (providers[i] == _provider) {
                return true;
            }
        }
        return false;
    }

    function getDIDRegister(bytes32 _did)
        public
        view
        returns (
            address owner,
            bytes32 lastChecksum,
            address lastUpdatedBy,
            uint256 blockNumberUpdated,
            address[] memory providers
        )
    {
        Register storage register = _registers[_did];
        return (
            register.owner,
            register.lastChecksum,
            register.lastUpdatedBy,
            register.blockNumberUpdated,
            register.providers
        );
    }

    function getBlockNumberUpdated(bytes32 _did) public view returns (uint256) {
        return _registers[_did].blockNumberUpdated;
    }

    function getDIDOwner(bytes32 _did) public view returns (address) {
        return _registers[_did].owner;
    }

    function getDIDRegistrySize() public view returns (uint256) {
        return _ids.length;
    }

    function getDIDRegisterIds() public view returns (bytes32[] memory) {
        return _ids;
    }

    function _addProvider(Register storage register, address provider) private {
        require(provider != address(0), "Invalid asset provider address");
        require(provider != address(this), "DID provider should not be this contract address");
        for (uint256 i = 0; i < register.providers.length; i++) {
            if (register.providers[i] == provider) {
                return;
            }
        }
        register.providers.push(provider);
    }
}
