/** Several requests' tensors as one batch's, and back. Pure. */
import { bytesPerSample, type ServedModel } from './model.ts';

/** `requests[r][i]` is the bytes of input i of request r; the result is one fresh buffer an input. */
export const joinInputs = (requests: readonly (readonly Uint8Array[])[]): ArrayBuffer[] =>
  requests[0]!.map((_, i) => {
    const length = requests.reduce((sum, inputs) => sum + inputs[i]!.byteLength, 0);
    const joined = new Uint8Array(length);
    let offset = 0;
    for (const inputs of requests) {
      joined.set(inputs[i]!, offset);
      offset += inputs[i]!.byteLength;
    }
    return joined.buffer;
  });

/** Views on `outputs`, one list a request, in the order of `samples`. */
export function splitOutputs(
  model: Pick<ServedModel, 'outputs'>,
  outputs: readonly ArrayBuffer[],
  samples: readonly number[],
): Uint8Array[][] {
  let before = 0;
  return samples.map((count) => {
    const first = before;
    before += count;
    return model.outputs.map((spec, i) => {
      const bytes = bytesPerSample(spec);
      return new Uint8Array(outputs[i]!, first * bytes, count * bytes);
    });
  });
}
