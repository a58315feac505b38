//! The pieces pages are made of.

mod below;
mod buttons;
mod empty;
mod fields;
mod icon;
mod pictures;
mod prose;
mod rows;
mod sheet;
mod timeline;
mod trouble;
mod unlock;

pub(crate) use below::*;
pub(crate) use buttons::*;
pub(crate) use empty::*;
pub(crate) use fields::*;
pub(crate) use icon::*;
pub(crate) use pictures::*;
pub(crate) use prose::*;
pub(crate) use rows::*;
pub(crate) use sheet::*;
pub(crate) use timeline::*;
pub(crate) use trouble::*;
pub(crate) use unlock::*;
