// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ConditionState} from "./ConditionState.sol";
import {PlainCondition} from "./PlainCondition.sol";

/// Fulfilled by anyone who shows an account's signature of 32 bytes. No prefix is put before them.
contract SignCondition is PlainCondition {
    function hashValues(bytes32 _message, address _publicKey) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(_message, _publicKey));
    }

    /// r, s, v: s must be low, v 27 or 28.
    function fulfill(bytes32 _agreementId, bytes32 _message, address _publicKey, bytes memory _signature)
        public
        returns (ConditionState state)
    {
        (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecover(_message, _signature);
        require(fault == ECDSA.RecoverError.NoError && signer == _publicKey, "Could not recover signature");
        return _fulfillInTime(_agreementId, hashValues(_message, _publicKey));
    }
}
