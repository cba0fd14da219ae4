// Appended to a worker's glue code in one blob: waits for the WebAssembly from the page, since nothing can be fetched
// under the network lock. Errors are rethrown outside the promise, where the page receives them.
self.onmessage = async ({ data }) => {
  self.onmessage = null;
  try {
    await wasm_bindgen({ module_or_path: data });
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
};
