/**
 * The one file of an upload, as it comes and never whole: a stream of pieces that ends well only when
 * the form did, with exactly one file, in the field `xray`, within the limit, in a format of radiographs.
 */
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { IMAGE_FORMATS, SNIFFED_BYTES, sniffImageFormat } from '#platform/domain/image-format.ts';
import { DeepXRayError } from '#platform/errors/code.ts';

export const FIELD = 'xray';

/** Of a form around its file: boundaries, part headers. */
export const FORM_OVERHEAD_BYTES = 64 * 1024;

const MULTIPART_LIMITS = {
  // Counted here, so that the message can say how much is too much.
  fileSize: Number.POSITIVE_INFINITY,
  // A text field is refused whatever is in it.
  fieldSize: 1024,
  headerPairs: 50,
};

/** Before anything is read: what the headers alone rule out. Throws DeepXRayError. */
export function requireUploadHeaders(request: FastifyRequest, maxBytes: number): void {
  const { 'content-length': length, 'content-encoding': encoding } = request.headers;
  if (Number(length) > maxBytes + FORM_OVERHEAD_BYTES) throw tooLarge(maxBytes);
  if (length === '0' || (length === undefined && request.headers['transfer-encoding'] === undefined))
    throw noFile();
  if (!request.isMultipart()) {
    throw new DeepXRayError(
      'unsupported-format',
      `Send the radiograph as multipart/form-data, in a field named ${FIELD}: curl -F ${FIELD}=@hand.png`,
    );
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw new DeepXRayError('unsupported-format', 'Send the form as it is, without a Content-Encoding.');
  }
}

/** Throws DeepXRayError, as soon as something is wrong. */
export async function* readUpload(
  request: FastifyRequest,
  { maxBytes }: { maxBytes: number },
): AsyncGenerator<Uint8Array> {
  let seen = false;
  try {
    for await (const part of request.parts({ limits: MULTIPART_LIMITS })) {
      const file = requireFile(part);
      if (seen) {
        throw new DeepXRayError('too-many-files', 'One radiograph a request: send each by itself.');
      }
      seen = true;
      yield* checkedPieces(file, maxBytes);
    }
  } catch (thrown) {
    throw toUploadError(thrown);
  }
  if (!seen) throw noFile();
}

function requireFile(part: Multipart): MultipartFile {
  if (part.fieldname !== FIELD) {
    throw new DeepXRayError(
      'unknown-field',
      `The form has a field that is not known. The only one is ${FIELD}.`,
    );
  }
  if (part.type === 'file') return part;
  throw new DeepXRayError(
    'no-file',
    `The field ${FIELD} holds text. Send a file: curl -F ${FIELD}=@hand.png (mind the @).`,
  );
}

async function* checkedPieces(
  { file, filename }: MultipartFile,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let bytes = 0;
  for await (const piece of file as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    if (head === undefined) {
      yield piece;
      continue;
    }
    head = Buffer.concat([head, piece]);
    if (head.length < SNIFFED_BYTES) continue;
    requireRadiographFormat(head);
    yield head;
    head = undefined;
  }
  if (bytes === 0) {
    // How a browser sends a form in which no file was chosen.
    if (!filename) throw noFile();
    throw new DeepXRayError('unreadable-image', 'The file is empty.');
  }
  if (head !== undefined) {
    requireRadiographFormat(head);
    yield head;
  }
}

function requireRadiographFormat(head: Uint8Array): void {
  const format = sniffImageFormat(head);
  const readable = IMAGE_FORMATS.map((name) => name.toUpperCase()).join(', ');
  if (format === 'dicom') {
    throw new DeepXRayError(
      'dicom',
      `This is a DICOM file. Export it as a 16-bit PNG or TIFF, with your viewer or dcmtk: dcm2img --write-16-bit-png film.dcm film.png`,
    );
  }
  if (format === undefined) {
    throw new DeepXRayError(
      'unsupported-format',
      `The file is none of the formats that are read: ${readable}.`,
    );
  }
}

const noFile = () =>
  new DeepXRayError('no-file', `There is no file in the request. Send one: curl -F ${FIELD}=@hand.png`);

const tooLarge = (maxBytes: number) =>
  new DeepXRayError(
    'too-large',
    `The file is larger than ${sizeOf(maxBytes)}, which is the most that is taken.`,
  );

const sizeOf = (bytes: number): string =>
  bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MiB` : `${Math.floor(bytes / 1024)} KiB`;

/** What the parser of forms throws, in our words; whatever it says is about what the client sent. */
function toUploadError(thrown: unknown): DeepXRayError {
  if (thrown instanceof DeepXRayError) return thrown;
  const { code, message = '' } = thrown as { code?: string; message?: string };
  if (code === 'FST_PROTO_VIOLATION') {
    return new DeepXRayError('unknown-field', `The only field of the form is ${FIELD}.`);
  }
  if (
    code === 'FST_MP_PREMATURE_CLOSE' ||
    /unexpected end|terminated early|aborted|premature/i.test(message)
  ) {
    return new DeepXRayError('upload-interrupted', 'The upload ended before its form did. Send it again.', {
      cause: thrown,
    });
  }
  return new DeepXRayError('bad-request', 'The form cannot be read as multipart/form-data.', {
    cause: thrown,
  });
}
