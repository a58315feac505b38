// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Only Unfulfilled -> Fulfilled and Unfulfilled -> Aborted are possible.
enum ConditionState {
    Uninitialized,
    Unfulfilled,
    Fulfilled,
    Aborted
}
