//! The pages of Neuston's window.
//!
//! The backend speaks `api` through one command and one channel ([`ipc`]); everything decided here is decided in plain
//! functions ([`state`]); everything said is said in [`texts`].

#![allow(unreachable_pub, reason = "the component macro makes the properties of a component public")]

mod app;
mod browser;
mod components;
mod ipc;
mod pages;
mod state;
mod texts;
mod window;

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    mount_to_body(window::Window);
}
