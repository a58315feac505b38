//! A watch-tower: buyers hand it agreements on which they have paid, and when the time to open one is over it aborts the
//! access condition and has the escrow pay back. abortByTimeOut and EscrowReward.fulfill may be called by anyone and
//! pay nobody but the buyer, so it needs no one's trust, holds no money, and spends only its own gas.
//!
//! What is handed over are the terms alone. The tower believes none of them: ids and time limits are compared with the
//! chain, and only an agreement whose payment is in escrow there is taken on. What it has taken on is in its journal,
//! and it goes on after a crash as a buyer's own computer would: it drives the buyer's machine from the payment on.
//!
//! Agreements of other shapes are handed over as their documents; a machine of the tower's own takes back every payment in
//! them that nobody can earn any more.

mod perform;
mod perform_shape;
mod routes;
mod shape_watch;
mod tower;
mod watch;

pub use shape_watch::{ShapeEffect, ShapeEvent, ShapeWatch, Step};
pub use tower::{MOST, NotWatched, Tower, TowerError, Watched};
pub use watch::Watch;
