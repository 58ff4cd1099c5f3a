/** Messages for NATS, most of them of the form that their subject expects, spoilt in payload, headers or both. */
import { randomBytes } from 'node:crypto';
import { headers as createHeaders, type MsgHdrs } from '@nats-io/transport-node';
import fc from 'fast-check';
import { HEADER, SUBJECT } from '../../platform/bus/subjects.ts';
import {
  BodyPartRequest,
  CropRequest,
  ExtractionRequest,
  JointPosition,
  PieceRequest,
  Presence,
  Report,
  Scored,
} from '../../proto/generated/deepxray/bus/v1/bus.ts';
import { mutate, mutations } from './mutations.ts';

/** A film that is being scored, by whom. */
export type FilmInHand = { orchestrator: string; correlationId: string };

export type SpoiltMessage = {
  subjectOf(film: FilmInHand): string;
  payload: Uint8Array;
  isOfFilm: boolean;
  headers: Record<string, string | undefined>;
};

const grey = { width: 16, height: 16, pixels: new Uint8Array(256) };
const report = (said: Report['report']) => Report.encode({ instance: 'x', report: said }).finish();

/** Subjects, each with what it expects. */
const EXPECTED: { subjectOf(film: FilmInHand): string; sound: Uint8Array[] }[] = [
  {
    subjectOf: () => SUBJECT.work('body-part'),
    sound: [BodyPartRequest.encode({ thumbnail: grey, modelVersion: '' }).finish()],
  },
  {
    subjectOf: () => SUBJECT.work('joint-extraction'),
    sound: [
      ExtractionRequest.encode({
        image: { subject: 'deepxray.pieces.nobody.0', width: 100, height: 100, pieceBytes: 1000 },
        turnedClockwiseDeg: 0,
        joints: [1, 2, 3],
        known: [],
        localisationVersion: '',
        scoringVersion: '',
        refinementVersion: '',
        attempt: 0,
        thumbnail: grey,
      }).finish(),
    ],
  },
  {
    subjectOf: () => SUBJECT.work('joint-scoring'),
    sound: [CropRequest.encode({ joint: 1, crop: grey, modelVersion: '', attempt: 0 }).finish()],
  },
  {
    subjectOf: ({ orchestrator }) => SUBJECT.scoresOf(orchestrator),
    sound: [
      report({ $case: 'extractionDone', value: { localisation: undefined } }),
      report({ $case: 'missing', value: { joint: 2, reason: 1, attempt: 0 } }),
      report({
        $case: 'dispatched',
        value: {
          position: JointPosition.fromPartial({ joint: 3, x: 10, y: 20 }),
          cropSide: 60,
          cutAtMs: 0,
          attempt: 0,
        },
      }),
      report({
        $case: 'scored',
        value: Scored.fromPartial({ joint: 4, probabilities: [1, 0, 0, 0, 0, 0], scorable: 1 }),
      }),
    ],
  },
  {
    subjectOf: ({ orchestrator, correlationId }) => SUBJECT.piecesOf(orchestrator, correlationId),
    sound: [PieceRequest.encode({ index: 1 }).finish()],
  },
  {
    subjectOf: () => SUBJECT.presence,
    sound: [Presence.encode(Presence.fromPartial({ step: 'x', instance: 'x', capacity: 1 })).finish()],
  },
  { subjectOf: () => SUBJECT.knock('joint-scoring'), sound: [new Uint8Array()] },
  { subjectOf: () => SUBJECT.cancel, sound: [new Uint8Array()] },
];

const anySound = EXPECTED.flatMap(({ sound }) => sound);
const spoiltOf = (sound: readonly Uint8Array[]) =>
  fc.tuple(fc.constantFrom(...sound), mutations).map(([bytes, list]) => mutate(bytes, list));

const spoiltHeader = fc.oneof(
  fc.constant(undefined),
  fc.string({
    unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
    maxLength: 40,
  }),
  fc.nat().map(String),
);

export const spoiltMessages: fc.Arbitrary<SpoiltMessage> = fc
  .constantFrom(...EXPECTED)
  .chain(({ subjectOf, sound }) =>
    fc.record({
      subjectOf: fc.constant(subjectOf),
      payload: fc.oneof(
        { weight: 3, arbitrary: spoiltOf(sound) },
        { weight: 1, arbitrary: fc.constantFrom(...sound) },
        { weight: 1, arbitrary: spoiltOf(anySound) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
      ),
      isOfFilm: fc.boolean(),
      // Most are sound: behind a header that makes no sense nothing is tried.
      headers: fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        {
          weight: 1,
          arbitrary: fc.record(
            Object.fromEntries(Object.values(HEADER).map((name) => [name, spoiltHeader])),
            {
              requiredKeys: [],
            },
          ),
        },
      ),
    }),
  );

/** Its headers as of now: of the film in hand, or of work that nobody waits for. A deadline drawn earlier would be past. */
export function headersOf(
  { isOfFilm, headers }: SpoiltMessage,
  subject: string,
  film: FilmInHand,
  scoreTo: string,
): MsgHdrs {
  // A film that is cancelled is in hand no longer.
  const isFilms = isOfFilm && subject !== SUBJECT.cancel;
  const sound = {
    [HEADER.correlationId]: isFilms ? film.correlationId : randomBytes(16).toString('hex'),
    [HEADER.deadline]: String(Date.now() + 500),
    [HEADER.budgetMs]: '500',
    [HEADER.scoreTo]: scoreTo,
  };
  const all = createHeaders();
  for (const [name, value] of Object.entries({ ...sound, ...headers }))
    if (value !== undefined) all.set(name, value);
  return all;
}
