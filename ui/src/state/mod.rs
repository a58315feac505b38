//! What the pages decide, apart from how it looks: plain functions, tested without a window.

pub(crate) mod agreements;
pub(crate) mod amounts;
pub(crate) mod downloads;
pub(crate) mod drafts;
pub(crate) mod finding;
pub(crate) mod horizon;
pub(crate) mod keeping;
pub(crate) mod keys;
pub(crate) mod moments;
pub(crate) mod places;
pub(crate) mod publications;
pub(crate) mod purchases;
pub(crate) mod sources;
