//! Settings and networks.

use protocol::Sentence;
use serde::{Deserialize, Serialize};

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// High contrast.
    Contrast,
}

/// The language of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// As the system has it, else English.
    #[default]
    System,
    /// English.
    English,
    /// German.
    German,
}

/// What one can choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// The language.
    pub language: Language,
    /// Minutes without use after which the account locks; 0 is never.
    pub auto_lock_minutes: u32,
    /// Whether the operating system's keychain remembers the password.
    pub remember_password: bool,
    /// The folder downloads were last saved to.
    pub download_folder: String,
    /// The data folder; read only.
    pub data_folder: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            language: Language::System,
            auto_lock_minutes: 5,
            remember_password: false,
            download_folder: String::new(),
            data_folder: String::new(),
        }
    }
}

/// A network known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkView {
    /// Its name in files and commands.
    pub name: String,
    /// Its name for people.
    pub title: Sentence,
    /// The chain's id.
    pub chain_id: u64,
    /// Whether it is the one in use.
    pub active: bool,
    /// Whether this computer runs it.
    pub embedded: bool,
    /// Key servers.
    pub key_servers: Vec<String>,
    /// Catalogues.
    pub catalogues: Vec<String>,
}

/// A network's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkText {
    /// TOML.
    pub toml: String,
    /// Where it was written, if it was.
    pub path: Option<String>,
}

/// What a check of the network found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkCheck {
    /// Each thing that was checked.
    pub points: Vec<CheckPoint>,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckPoint {
    /// What: "Chain", "Contract OceanToken", "Catalogue".
    pub what: Sentence,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found, in words.
    pub found: Sentence,
}
