//! The way to the backend: one command for calls, one channel for events, and the system's dialogs.

use api::{ApiError, Call, Code, Event, Reply, Request, sentence};
use js_sys::{JSON, Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, prelude::*};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["window", "__TAURI__", "core"], js_name = invoke)]
    async fn invoke(command: &str, arguments: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"], js_name = Channel)]
    type Channel;
    #[wasm_bindgen(constructor, js_namespace = ["window", "__TAURI__", "core"], js_class = "Channel")]
    fn new() -> Channel;
    #[wasm_bindgen(method, setter, js_name = onmessage)]
    fn set_onmessage(this: &Channel, hear: &js_sys::Function);
}

/// Whether the page runs inside the window.
pub(crate) fn inside() -> bool {
    Reflect::has(&js_sys::global(), &"__TAURI__".into()).unwrap_or(false)
}

/// A fault between page and backend.
fn fault(what: impl std::fmt::Display) -> ApiError {
    ApiError::new(
        Code::Internal,
        sentence!("The window and its backend do not understand each other: {what}.", what = what.to_string()),
        "Start Neuston again.",
    )
}

/// Rust data from JavaScript data, by way of JSON: both sides speak it, and tagged enums survive it.
fn read<T: DeserializeOwned>(value: &JsValue) -> Result<T, ApiError> {
    let text = if value.is_undefined() {
        "null".to_owned()
    } else {
        JSON::stringify(value).map(String::from).map_err(|_| fault("no JSON"))?
    };
    serde_json::from_str(&text).map_err(fault)
}

/// The backend's error, or what else was thrown.
fn thrown(value: &JsValue) -> ApiError {
    read(value).unwrap_or_else(|_| fault(value.as_string().unwrap_or_else(|| "no reason given".to_owned())))
}

fn arguments(named: &[(&str, JsValue)]) -> Result<JsValue, ApiError> {
    let object = Object::new();
    for (name, value) in named {
        Reflect::set(&object, &JsValue::from_str(name), value).map_err(|_| fault("arguments"))?;
    }
    Ok(object.into())
}

/// Asks the backend.
pub(crate) async fn call<C: Call>(call: C) -> Result<C::Answer, ApiError> {
    let request: Request = call.into();
    let text = serde_json::to_string(&request).map_err(fault)?;
    let request = JSON::parse(&text).map_err(|_| fault("no JSON"))?;
    let reply = invoke("call", arguments(&[("request", request)])?).await.map_err(|e| thrown(&e))?;
    C::answer(read::<Reply>(&reply)?).ok_or_else(|| fault("an answer to another question"))
}

/// Hears every event from now on. An event this window does not know is left out: each carries the whole new state.
pub(crate) async fn hear(mut on: impl FnMut(Event) + 'static) -> Result<(), ApiError> {
    let ear = Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
        if let Ok(event) = read::<Event>(&message) {
            on(event);
        }
    });
    let channel = Channel::new();
    channel.set_onmessage(ear.as_ref().unchecked_ref());
    // The window listens as long as it lives.
    ear.forget();
    invoke("events", arguments(&[("channel", channel.into())])?).await.map_err(|e| thrown(&e))?;
    Ok(())
}

/// Lets somebody choose files; empty when the dialog was closed.
pub(crate) async fn pick_files() -> Result<Vec<String>, ApiError> {
    read(&invoke("pick_files", arguments(&[])?).await.map_err(|e| thrown(&e))?)
}

/// Lets somebody choose a folder.
pub(crate) async fn pick_folder() -> Result<Option<String>, ApiError> {
    read(&invoke("pick_folder", arguments(&[])?).await.map_err(|e| thrown(&e))?)
}

/// Lets somebody choose where to write a file that would be called so.
pub(crate) async fn pick_save(name: &str) -> Result<Option<String>, ApiError> {
    read(&invoke("pick_save", arguments(&[("name", name.into())])?).await.map_err(|e| thrown(&e))?)
}

/// Shows a saved file or folder in the system's file manager.
pub(crate) async fn reveal(path: &str) -> Result<(), ApiError> {
    invoke("open_path", arguments(&[("path", path.into()), ("reveal", true.into())])?).await.map_err(|e| thrown(&e))?;
    Ok(())
}

/// Opens a web address in the browser.
pub(crate) async fn open_link(url: &str) -> Result<(), ApiError> {
    invoke("open_link", arguments(&[("url", url.into())])?).await.map_err(|e| thrown(&e))?;
    Ok(())
}
