// Starts the engine in its worker, whose name is the folder of its program. That folder's name holds a hash: a page never has the
// worker of another version. What goes wrong on the way is thrown outside of the promise, where the page hears it.
const folder = /^[\w-]+$/.test(name) ? name : '.';
importScripts(`./${folder}/forger-engine.js`);
wasm_bindgen({ module_or_path: `./${folder}/forger-engine_bg.wasm` }).catch((error) =>
  setTimeout(() => {
    throw error;
  }),
);
