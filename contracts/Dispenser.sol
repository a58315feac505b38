// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {KeeperContract} from "./KeeperContract.sol";
import {OceanToken} from "./OceanToken.sol";

/// Gives test networks their tokens. Amounts in calls are whole OCEAN.
contract Dispenser is KeeperContract {
    uint256 private constant SCALE = 10 ** 18;

    OceanToken public oceanToken;

    uint256 private _minPeriod;
    uint256 private _maxAmount;
    uint256 private _maxMintAmount;
    uint256 private _totalMinted;
    mapping(address => uint256) private _lastRequest;

    event RequestFrequencyExceeded(address indexed requester, uint256 minPeriod);
    event RequestLimitExceeded(address indexed requester, uint256 amount, uint256 maxAmount);

    function initialize(address _oceanTokenAddress, address _owner) public initializer {
        require(_oceanTokenAddress != address(0) && _owner != address(0), "isValidAddress failed, Address is 0x0.");
        oceanToken = OceanToken(_oceanTokenAddress);
        _maxAmount = 1000 * SCALE;
        _maxMintAmount = 100000000 * SCALE;
        _transferOwnership(_owner);
    }

    /// Mints for the caller. Too much at once or too soon is no revert: false, and an event.
    function requestTokens(uint256 amount) public returns (bool tokensTransferred) {
        uint256 vodka = amount * SCALE;
        if (block.timestamp < _lastRequest[msg.sender] + _minPeriod) {
            emit RequestFrequencyExceeded(msg.sender, _minPeriod);
            return false;
        }
        if (vodka > _maxAmount) {
            emit RequestLimitExceeded(msg.sender, amount, _maxAmount);
            return false;
        }
        require(_totalMinted + vodka <= _maxMintAmount, "Exceeded maxMintAmount");
        _totalMinted += vodka;
        _lastRequest[msg.sender] = block.timestamp;
        require(oceanToken.mint(msg.sender, vodka), "Token minting failed.");
        return true;
    }

    /// Seconds between two requests of one account.
    function setMinPeriod(uint256 period) public onlyOwner {
        _minPeriod = period;
    }

    /// Whole OCEAN per request.
    function setMaxAmount(uint256 amount) public onlyOwner {
        _maxAmount = amount * SCALE;
    }

    /// Whole OCEAN in all.
    function setMaxMintAmount(uint256 amount) public onlyOwner {
        _maxMintAmount = amount * SCALE;
    }
}
