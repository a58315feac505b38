// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementStoreManager} from "../AgreementStoreManager.sol";

/// A next version for the tests of upgrades: it keeps something more, and answers something new.
contract AgreementStoreManagerNext is AgreementStoreManager {
    uint256 private _visits;

    function visit() external returns (uint256) {
        return ++_visits;
    }

    function version() external pure returns (string memory) {
        return "next";
    }
}
