/** Fetches the canonical radiograph from the orchestrator that holds it, in pieces below any server's `max_payload`. */
import type { Bus } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import { type ImageSource, PieceRequest } from '#proto/deepxray/bus/v1/bus.ts';

/** A piece crosses loopback in a millisecond and a busy network in tens; none takes this long but a lost one. */
const PIECE_WITHIN_MS = 1000;
/** Twice the cap that the orchestrator scales to: a larger one is a broken message. */
const MAX_PIXELS = 8_000_000;

/** Throws if the radiograph is no longer held or a piece does not come. */
export async function pullRadiograph(bus: Bus, source: ImageSource, envelope: Envelope): Promise<GreyImage> {
  const { subject, width, height, pieceBytes } = source;
  const total = width * height;
  if (total === 0 || total > MAX_PIXELS || pieceBytes === 0) throw new Error('no radiograph of this size');
  const pixels = new Uint8Array(total);
  const pull = async (index: number) => {
    const request = PieceRequest.encode({ index }).finish();
    const piece = await bus.request(subject, request, envelope, PIECE_WITHIN_MS);
    const begin = index * pieceBytes;
    if (piece.byteLength !== Math.min(pieceBytes, total - begin))
      throw new Error('the radiograph is no longer held');
    pixels.set(piece, begin);
  };
  const pieces = Math.ceil(total / pieceBytes);
  await Promise.all(Array.from({ length: pieces }, (_, index) => pull(index)));
  return { width, height, pixels };
}
