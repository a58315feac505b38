//! The pages, one file or folder for each word of the rail.

mod account;
mod activity;
mod agreement;
mod buy;
mod discover;
mod first;
mod library;
mod listing;
mod lost;
mod my_listings;
mod publication;
mod publish;
mod purchase;
mod save_to;
mod settings;

pub(crate) use account::Account;
pub(crate) use activity::Activity;
pub(crate) use agreement::Agreement;
pub(crate) use discover::Discover;
pub(crate) use first::First;
pub(crate) use library::Library;
pub(crate) use listing::Listing;
pub(crate) use lost::Lost;
pub(crate) use my_listings::MyListings;
pub(crate) use publication::Publication;
pub(crate) use publish::Publish;
pub(crate) use purchase::Purchase;
pub(crate) use settings::Settings;
