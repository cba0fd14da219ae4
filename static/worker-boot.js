// Follows the worker's glue code in one blob: waits for the bytes of the WebAssembly, which the page hands over,
// since from here nothing can be fetched. A failure is thrown outside the promise, where the page hears of it.
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
