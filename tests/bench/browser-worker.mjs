// Runs and times the benchmark's tasks in a worker: Leadlight's WebAssembly and onnxruntime-web, on one thread.

// Shorter runs are repeated up to this time, so that the resolution of the clock does not count.
const MILLISECONDS = 200;
const REPEATS_MAX = 10_000;

const fetched = async (path) => {
  const response = await fetch(`/files/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
};
const bytes = async (path) => new Uint8Array(await (await fetched(path)).arrayBuffer());

/** First rows of the benchmark's matrix, and their width. */
async function rows(count) {
  const { width } = await (await fetched("rows.json")).json();
  const values = new Float32Array((await bytes("rows.f32")).buffer);
  return [values.slice(0, count * width), width];
}

/** Opens Leadlight's work for a task. */
async function leadlight({ task, model, rows: count, list, level }) {
  const { default: init, Opened } = await import("/wasm/bench.js");
  await init();
  const file = (name) => bytes(`models/${model}/${name}`);
  if (task === "kernel") {
    return Opened.kernel(await (await fetched(`models/${model}/forest.json`)).text(), ...(await rows(count)), level);
  }
  if (task === "graph") return Opened.graph(await file("packed.onnx"), ...(await rows(count)));
  return Opened[task](await file("packed.onnx"), await bytes(list));
}

/** Opens a session of onnxruntime-web for rows. */
async function onnxruntime({ model, rows: count }) {
  const ort = await import("/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/ort/";
  const session = await ort.InferenceSession.create(await bytes(`models/${model}/model.onnx`), {
    executionProviders: ["wasm"],
  });
  const [values, width] = await rows(count);
  const feed = { [session.inputNames[0]]: new ort.Tensor("float32", values, [count, width]) };
  const run = () => session.run(feed, ["probabilities"]);
  const mean = async () => {
    const { data } = (await run()).probabilities;
    return data.reduce((sum, value, at) => (at % 2 ? sum + value : sum), 0) / count;
  };
  return { run, mean, version: ort.env.versions.web };
}

const opened = new Map();

async function open(task) {
  const work = await (task.task === "onnxruntime-web" ? onnxruntime : leadlight)(task);
  return { work, mean: await work.mean() };
}

async function timed(task) {
  const key = JSON.stringify(task);
  if (!opened.has(key)) opened.set(key, await open(task));
  const { work, mean } = opened.get(key);
  const once = await millisecondsOf(work, 1);
  const runs = Math.floor(Math.min(Math.max(MILLISECONDS / once, 1), REPEATS_MAX));
  return { seconds: (await millisecondsOf(work, runs)) / 1000, mean, version: work.version };
}

async function millisecondsOf(work, runs) {
  const start = performance.now();
  // Leadlight's runs are synchronous; an await would add to their time.
  for (let run = 0; run < runs; run += 1) {
    const running = work.run();
    if (running) await running;
  }
  return (performance.now() - start) / runs;
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(await timed(data));
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
