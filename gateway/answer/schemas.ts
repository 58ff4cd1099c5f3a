/** What the REST API answers: the types, what serialises them, and what OpenAPI says of them, in one. */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import { ERROR_CODES } from '#platform/errors/code.ts';

const words = <T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], description });

export const BODY_PART_KINDS = ['left-hand', 'right-hand', 'both-hands', 'other'] as const;
export const MISSING_REASONS = [
  'off-film',
  'not-found',
  'implant',
  'unscorable',
  'deadline',
  'unavailable',
  'failed',
] as const;

export const BodyPart = Type.Object(
  {
    kind: words(BODY_PART_KINDS, 'What the radiograph shows.'),
    probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Of `kind`.' })),
    turnedClockwiseDeg: Type.Integer({
      description: 'How far the radiograph is turned clockwise from fingers-up: 0, 90, 180 or 270.',
    }),
  },
  { $id: 'BodyPart' },
);

export const Score = Type.Integer({ minimum: 0, maximum: 5, description: 'Ratingen erosion score.' });

export const ScoredJoint = Type.Object(
  {
    score: Score,
    probabilities: Type.Array(Type.Number(), {
      minItems: 6,
      maxItems: 6,
      description: 'Of grades 0 to 5; `score` is their median.',
    }),
    erosionPercent: Type.Number({ description: 'Destroyed share of the joint surface, 0 to 100.' }),
    doubtful: Type.Boolean({
      description: '`score` and `erosionPercent` differ by more than a grade, or the probabilities are flat.',
    }),
    localisationConfidence: Type.Number({ minimum: 0, maximum: 1 }),
    box: Type.Object(
      { x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
      {
        description:
          'In pixels of the upload as a viewer shows it (EXIF orientation applied), from its top left; its centre is the joint.',
      },
    ),
    model: Type.Object({ name: Type.String(), version: Type.String() }),
  },
  { $id: 'ScoredJoint' },
);

export const Missing = words(MISSING_REASONS, 'Why the joint has no score.');

/** Shared schemas: OpenAPI's components. */
export const COMPONENTS: readonly TSchema[] = [BodyPart, ScoredJoint];

const ref = <T extends TSchema>(schema: T) => Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });

const byJoint = <T extends TSchema>(of: T, description: string) =>
  Type.Unsafe<Partial<Record<JointName, Static<T>>>>(
    Type.Object(Object.fromEntries(JOINT_NAMES.map((joint) => [joint, Type.Optional(of)])), { description }),
  );

/** 32 hex digits, unless the client gave one. */
const requestId = Type.String({ description: 'The one of X-Request-Id, taken or made.' });
const traceId = Type.String({ pattern: '^[0-9a-f]{32}$' });
const researchUseOnly = Type.Unsafe<true>({
  type: 'boolean',
  enum: [true],
  description: 'No answer of this system is a diagnosis.',
});
const joints = {
  scores: byJoint(Score, 'The scores alone.'),
  joints: byJoint(
    ref(ScoredJoint),
    'Each joint that was scored. `pip1` is the interphalangeal joint of the thumb.',
  ),
  missing: byJoint(Missing, 'Each joint that was not; with `joints`, all ten.'),
};

export const Answer = Type.Object({
  requestId,
  traceId,
  researchUseOnly,
  bodyPart: ref(BodyPart),
  ...joints,
});

const problemMembers = (codes: readonly string[]) => ({
  type: words(
    codes.map((code) => `/problems/${code}`),
    'What went wrong, as a word that stays.',
  ),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: 'What happened here and what to do about it.' }),
  requestId,
  traceId,
});

/** RFC 9457; `codes` are those that come with one status. */
export const problemSchema = (codes: readonly string[] = ERROR_CODES) =>
  Type.Object(
    {
      ...problemMembers(codes),
      bodyPart: Type.Optional(ref(BodyPart)),
      steps: Type.Optional(Type.Array(Type.String(), { description: 'The steps that nobody is there for.' })),
    },
    { additionalProperties: true },
  );

/** The deadline came first: a problem that carries what was done, all ten joints scored or missing. */
export const DeadlineProblem = Type.Object({
  ...problemMembers(['deadline-exceeded']),
  researchUseOnly,
  bodyPart: Type.Optional(ref(BodyPart)),
  ...joints,
});

export type BodyPart = Static<typeof BodyPart>;
export type ScoredJoint = Static<typeof ScoredJoint>;
export type MissingReason = Static<typeof Missing>;
export type Answer = Static<typeof Answer>;
export type DeadlineProblem = Static<typeof DeadlineProblem>;
