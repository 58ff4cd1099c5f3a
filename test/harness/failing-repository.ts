/** The model repository with a network that fails, as onnxruntime has it fail, on an image that is black. */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { changedRepository } from './spoilt-repository.ts';

/** Grey: an image that has no brighter pixel is black. */
const BLACK_BELOW = 8;

/** Numbers of fields and types in onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, output: 12 };
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, i: 3, type: 20, typeInt: 2 };
const TENSOR = { dims: 1, type: 2, floats: 4, name: 8 };
const VALUE = { name: 1, type: 2, tensorType: 1, elementType: 1 };
const FLOAT = 1;
const INT64 = 7;

/** @returns the folder for DEEPXRAY_MODEL_REPOSITORY; remove it when done. */
export const failingRepository = (model: string, input: string): Promise<string> =>
  changedRepository(model, (onnx) => Buffer.concat([onnx, guard(input)]));

/**
 * Looks an entry up that is only there for images that are not black. Protobuf adds a message that comes a second time
 * to the first, so this goes behind the file as it is.
 */
function guard(input: string): Uint8Array {
  const graph = new BinaryWriter();
  const node = (operator: string, inputs: string[], output: string, to?: number) => {
    const writer = new BinaryWriter();
    for (const name of inputs) writer.tag(NODE.input, 2).string(name);
    writer.tag(NODE.output, 2).string(output).tag(NODE.operator, 2).string(operator);
    if (to !== undefined) writer.tag(NODE.attribute, 2).bytes(castTo(to));
    graph.tag(GRAPH.node, 2).bytes(writer.finish());
  };
  node('Cast', [input], 'guard.values', FLOAT);
  node('ReduceMax', ['guard.values'], 'guard.brightest');
  node('Less', ['guard.brightest', 'guard.limit'], 'guard.isBlack');
  node('Cast', ['guard.isBlack'], 'guard.entry', INT64);
  node('Gather', ['guard.table', 'guard.entry'], 'guard');
  for (const [name, value] of [
    ['guard.limit', BLACK_BELOW],
    ['guard.table', 0],
  ] as const) {
    const tensor = new BinaryWriter().tag(TENSOR.dims, 0).int64(1).tag(TENSOR.type, 0).int32(FLOAT);
    tensor.tag(TENSOR.floats, 5).float(value).tag(TENSOR.name, 2).string(name);
    graph.tag(GRAPH.initializer, 2).bytes(tensor.finish());
  }
  const type = new BinaryWriter().tag(VALUE.elementType, 0).int32(FLOAT).finish();
  const typed = new BinaryWriter().tag(VALUE.tensorType, 2).bytes(type).finish();
  const output = new BinaryWriter().tag(VALUE.name, 2).string('guard').tag(VALUE.type, 2).bytes(typed);
  graph.tag(GRAPH.output, 2).bytes(output.finish());
  return new BinaryWriter().tag(MODEL_GRAPH, 2).bytes(graph.finish()).finish();
}

const castTo = (type: number): Uint8Array =>
  new BinaryWriter()
    .tag(ATTRIBUTE.name, 2)
    .string('to')
    .tag(ATTRIBUTE.i, 0)
    .int64(type)
    .tag(ATTRIBUTE.type, 0)
    .int32(ATTRIBUTE.typeInt)
    .finish();
