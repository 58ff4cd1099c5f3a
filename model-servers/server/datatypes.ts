/** The tensor types that are served, under each of the names that the protocol, its config and onnxruntime give them. */
import { DataType, type InferTensorContents } from '#proto/inference/grpc_service.ts';

type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

type Description = {
  bytes: number;
  onnx: string;
  config: DataType;
  /** Where typed tensors carry it. */
  contents: Exclude<keyof InferTensorContents, 'bytesContents'>;
  array: new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => TypedArray;
};

export const DATATYPES = {
  BOOL: { bytes: 1, onnx: 'bool', config: DataType.TYPE_BOOL, contents: 'boolContents', array: Uint8Array },
  UINT8: {
    bytes: 1,
    onnx: 'uint8',
    config: DataType.TYPE_UINT8,
    contents: 'uintContents',
    array: Uint8Array,
  },
  UINT16: {
    bytes: 2,
    onnx: 'uint16',
    config: DataType.TYPE_UINT16,
    contents: 'uintContents',
    array: Uint16Array,
  },
  UINT32: {
    bytes: 4,
    onnx: 'uint32',
    config: DataType.TYPE_UINT32,
    contents: 'uintContents',
    array: Uint32Array,
  },
  UINT64: {
    bytes: 8,
    onnx: 'uint64',
    config: DataType.TYPE_UINT64,
    contents: 'uint64Contents',
    array: BigUint64Array,
  },
  INT8: { bytes: 1, onnx: 'int8', config: DataType.TYPE_INT8, contents: 'intContents', array: Int8Array },
  INT16: { bytes: 2, onnx: 'int16', config: DataType.TYPE_INT16, contents: 'intContents', array: Int16Array },
  INT32: { bytes: 4, onnx: 'int32', config: DataType.TYPE_INT32, contents: 'intContents', array: Int32Array },
  INT64: {
    bytes: 8,
    onnx: 'int64',
    config: DataType.TYPE_INT64,
    contents: 'int64Contents',
    array: BigInt64Array,
  },
  FP32: {
    bytes: 4,
    onnx: 'float32',
    config: DataType.TYPE_FP32,
    contents: 'fp32Contents',
    array: Float32Array,
  },
  FP64: {
    bytes: 8,
    onnx: 'float64',
    config: DataType.TYPE_FP64,
    contents: 'fp64Contents',
    array: Float64Array,
  },
} as const satisfies Record<string, Description>;

export type Datatype = keyof typeof DATATYPES;

/** Undefined for what is not served: strings and the 16-bit floats. */
export const datatypeOfConfig = (type: DataType): Datatype | undefined =>
  (Object.keys(DATATYPES) as Datatype[]).find((name) => DATATYPES[name].config === type);

/** Values from typed contents as little-endian bytes; undefined where one does not fit the type. */
export function encodeValues(datatype: Datatype, contents: InferTensorContents): Uint8Array | undefined {
  const { array, contents: field, bytes } = DATATYPES[datatype];
  const values: readonly (number | bigint | boolean)[] = contents[field];
  const encoded = new array(new ArrayBuffer(values.length * bytes));
  for (let i = 0; i < values.length; i++) {
    const value = typeof values[i] === 'boolean' ? Number(values[i]) : values[i]!;
    encoded[i] = value as never;
    // Only the narrow integers can differ: the wire's are 32 bits wide, and an array's element wraps around.
    if (bytes < 4 && encoded[i] !== value) return undefined;
  }
  return new Uint8Array(encoded.buffer);
}

/** Little-endian bytes as typed contents. */
export function decodeValues(datatype: Datatype, bytes: Uint8Array): InferTensorContents {
  const { array, contents: field } = DATATYPES[datatype];
  const aligned = bytes.slice();
  const values = Array.from(new array(aligned.buffer) as Iterable<number | bigint>, (value) =>
    datatype === 'BOOL' ? value !== 0 : value,
  );
  return { ...NO_CONTENTS, [field]: values };
}

const NO_CONTENTS: InferTensorContents = {
  boolContents: [],
  intContents: [],
  int64Contents: [],
  uintContents: [],
  uint64Contents: [],
  fp32Contents: [],
  fp64Contents: [],
  bytesContents: [],
};

/** How many values the contents hold, in whatever field: a value in the wrong one must not go unseen. */
export const countValues = (contents: InferTensorContents): number =>
  Object.values(contents).reduce((count, values: unknown[]) => count + values.length, 0);
