// Starts the page: the addresses of its code and WebAssembly stand in two meta elements, so that no script is inline.
const address = (name) => new URL(document.querySelector(`meta[name="${name}"]`).content, document.baseURI).href;
const { default: start } = await import(address("app-js"));
await start({ module_or_path: address("app-wasm") });
