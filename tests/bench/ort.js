// ONNX Runtime Web: its WebAssembly on one thread, as Forger has one, or its WebGPU.

const PACKAGE = '/node_modules/onnxruntime-web/dist';

/** Runs an ONNX file of one input and one output: values and shape to values. */
export async function session(file, device, [input, output]) {
  const ort = await import(`${PACKAGE}/ort.${device}.bundle.min.mjs`);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = `${PACKAGE}/`;
  const session = await ort.InferenceSession.create(file, { executionProviders: [device] });
  return async (values, shape) => {
    const { [output]: made } = await session.run({ [input]: new ort.Tensor('float32', values, shape) });
    const data = await made.getData();
    made.dispose();
    return data;
  };
}
