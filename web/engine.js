// Starts the engine in its worker. What goes wrong on the way is thrown outside of the promise, where the page hears it.
importScripts('./forger-engine.js');
wasm_bindgen({ module_or_path: './forger-engine_bg.wasm' }).catch((error) =>
  setTimeout(() => {
    throw error;
  }),
);
