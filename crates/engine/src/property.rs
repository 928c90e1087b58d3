//! What a browser may have or not.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A property of an object; `None` where it has no such, or nothing in it.
pub fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_falsy())
}
