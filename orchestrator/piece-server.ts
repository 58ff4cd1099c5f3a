/** Holds the canonical radiographs in hand and gives them out, piece by piece, to the pods that look for joints. */
import type { Bus, Served } from '#platform/bus/bus.ts';
import { correlationIdOfPieces, SUBJECT } from '#platform/bus/subjects.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import type { Logger } from '#platform/process/log.ts';
import { type ImageSource, PieceRequest } from '#proto/deepxray/bus/v1/bus.ts';

const LARGEST_PIECE_BYTES = 512 * 1024;

export type PieceServer = {
  /** The radiograph stays held until `release`. */
  hold(correlationId: string, image: GreyImage): { source: ImageSource; release(): void };
  stop(): Promise<void>;
};

export function servePieces(bus: Bus, orchestrator: string, log: Logger): PieceServer {
  const held = new Map<string, GreyImage>();
  // A site's own nats-server may take less than 1 MiB; headers need a little of it too.
  const pieceBytes = Math.min(LARGEST_PIECE_BYTES, Math.floor(bus.maxPayloadBytes / 2));
  const served: Served = bus.serve(
    SUBJECT.allPiecesOf(orchestrator),
    { onError: (err) => log.warn({ err }, 'piece request failed') },
    (incoming) => {
      const image = held.get(correlationIdOfPieces(incoming.subject));
      const { index } = PieceRequest.decode(incoming.payload);
      const begin = index * pieceBytes;
      incoming.respond(image ? image.pixels.subarray(begin, begin + pieceBytes) : new Uint8Array());
    },
  );
  return {
    hold(correlationId, image) {
      held.set(correlationId, image);
      const { width, height } = image;
      return {
        source: { subject: SUBJECT.piecesOf(orchestrator, correlationId), width, height, pieceBytes },
        release: () => void held.delete(correlationId),
      };
    },
    stop: () => served.drain(),
  };
}
