//! An agreement of any shape, described: a JSON document that people and programs write (docs/agreements.md).
//!
//! * [`AgreementDocument`] is the document as it was read, [`Fault`] what is wrong with it and where.
//! * [`Shape`] is the agreement that follows from it on a network: the terms of every condition, their ids computed in the
//!   order in which they depend on each other, places and actors in the template's order.
//!
//! The order in which conditions are listed means nothing: the same document in another order is the same agreement.

mod document;
mod fault;
mod kind;
mod plan;
mod reading;

pub use document::{AgreementDocument, Asked, Clause, MOST_ACTORS, MOST_BYTES, MOST_CONDITIONS};
pub use fault::{Fault, Why};
pub use kind::Kind;
pub use plan::{Actor, Shape, ShapeCondition, TemplateForm};

#[cfg(test)]
mod laws;
