// Starts the page. The URLs of its code and WebAssembly are in two meta elements, so that no script is inline.
const url = (name) => new URL(document.querySelector(`meta[name="${name}"]`).content, document.baseURI).href;
const { default: start } = await import(url("app-js"));
await start({ module_or_path: url("app-wasm") });
