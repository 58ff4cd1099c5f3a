/**
 * The use case: decode the radiograph, ask what it shows, have its joints found and scored, pass each
 * on as it comes, and close with a summary that names every joint.
 */
import type { Envelope } from '#platform/bus/envelope.ts';
import { STEPS, SUBJECT } from '#platform/bus/subjects.ts';
import { DeadlineExceeded, type DeadlineMs, deadlineSignal } from '#platform/deadline.ts';
import { JOINT_NAMES, type JointName, jointToProto } from '#platform/domain/joints.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { activeTraceId, inSpan } from '#platform/telemetry/tracing.ts';
import {
  type BodyPart,
  BodyPartKind,
  type Completed,
  Completed_Outcome,
  type JointResult,
  MissingReason,
} from '#proto/deepxray/v1/scoring.ts';
import { toJointResult, type UploadScale } from './answer.ts';
import { type Decoded, decodeRadiograph } from './decode/decode-radiograph.ts';
import { requireGreyLevels } from './decode/grey-levels.ts';
import { invert } from './decode/invert.ts';
import { thumbnailOf } from './decode/thumbnail.ts';
import { type Gatherer, gatherScores } from './gather/gather-scores.ts';
import { chooseVersions, type VersionShares } from './model-versions.ts';
import { notALeftHand } from './not-a-left-hand.ts';
import { bodyPartGiven, type Options, positionsGiven } from './options.ts';
import type { PieceServer } from './piece-server.ts';
import type { AskBodyPart } from './steps/ask-body-part.ts';
import { type StepPresence, stepAway } from './steps/presence.ts';

/** Pods end their work this long before we do, so that what they did can still come. */
const POD_MARGIN_MS = 5;

export type Parts = {
  gatherer: Gatherer;
  pieces: PieceServer;
  presence: StepPresence;
  askBodyPart: AskBodyPart;
  maxPixels: number;
  versionShares: VersionShares;
  /** Bounds how many films are decoded at once. */
  decodeInTurn<T>(work: () => Promise<T>): Promise<T>;
};

export type ScoreCommand = {
  file: Uint8Array;
  options: Options;
  requestId: string;
  correlationId: string;
  /** When our own answer is to leave. */
  deadline: DeadlineMs;
  /** Aborts when the client goes away. */
  cancelled: AbortSignal;
  onBodyPart(bodyPart: BodyPart): void;
  onJoint(result: JointResult): void;
};

/** Throws DeepXRayError. At the deadline it resolves, with what is done and `deadline` for the rest. */
export async function scoreRadiograph(asked: ScoreCommand, parts: Parts): Promise<Completed> {
  const { inbox } = parts.gatherer;
  parts.presence.requireServed(asked.options.modelVersions);
  const modelVersions = chooseVersions(parts.versionShares, asked.options.modelVersions);
  const command = { ...asked, options: { ...asked.options, modelVersions } };
  const envelope: Envelope = {
    correlationId: command.correlationId,
    deadline: command.deadline - POD_MARGIN_MS,
    scoreTo: inbox.subject,
    requestId: command.requestId,
  };
  const { signal, release } = deadlineSignal(command.deadline, command.cancelled);
  const seen: Seen = { workMayRemain: true };
  try {
    return await walk(command, parts, envelope, signal, seen);
  } catch (thrown) {
    if (command.cancelled.aborted)
      throw new DeepXRayError('cancelled', 'The client went away.', { cause: thrown });
    if (thrown instanceof DeadlineExceeded) return nothingInTime(command, seen);
    throw thrown;
  } finally {
    release();
    if (seen.workMayRemain) cancelWork(parts, envelope);
  }
}

/** What a walk has come to know, wherever it ended. */
type Seen = { bodyPart?: BodyPart; workMayRemain: boolean };

async function walk(
  command: ScoreCommand,
  parts: Parts,
  envelope: Envelope,
  signal: AbortSignal,
  seen: Seen,
): Promise<Completed> {
  const { gatherer, pieces } = parts;
  const { options } = command;
  const { decoded, thumbnail, bodyPart } = await untilAborted(signal, look(command, parts, envelope, signal));
  const { canonical, upload } = decoded;
  seen.bodyPart = bodyPart;
  if (bodyPart.kind !== BodyPartKind.BODY_PART_KIND_LEFT_HAND) throw notALeftHand(bodyPart);
  requireGreyLevels(decoded);
  command.onBodyPart(bodyPart);
  // A small radiograph is its own thumbnail, and is inverted once.
  if (bodyPart.inverted) for (const { pixels } of new Set([canonical, thumbnail])) invert(pixels);

  const scale: UploadScale = { x: upload.width / canonical.width, y: upload.height / canonical.height };
  const held = pieces.hold(envelope.correlationId, canonical);
  try {
    const extraction = {
      image: held.source,
      turnedClockwiseDeg: bodyPart.turnedClockwiseDeg,
      refinementVersion: options.modelVersions['joint-refinement'] ?? '',
      localisationVersion: options.modelVersions['joint-localisation'] ?? '',
      scoringVersion: options.modelVersions['joint-scoring'] ?? '',
      thumbnail,
    };
    const request = {
      extraction,
      wanted: wantedJoints(options),
      given: positionsGiven(options, upload, scale),
    };
    const { outcomes, deadlineCame, askedAgain } = await gatherScores(
      gatherer,
      request,
      envelope,
      { deadline: signal, cancelled: command.cancelled },
      ({ joint, outcome }) => command.onJoint(toJointResult(joint, outcome, scale)),
    );
    const joints = [...outcomes].map(([joint, outcome]) => toJointResult(joint, outcome, scale));
    if (joints.every(isUnavailable)) {
      await parts.presence.requireAll(envelope, STEPS);
      throw stepAway(['joint-scoring']);
    }
    seen.workMayRemain = deadlineCame || askedAgain;
    return complete(command, bodyPart, joints, deadlineCame);
  } finally {
    held.release();
  }
}

/** The radiograph and what it shows. */
async function look(
  { file, options }: ScoreCommand,
  { gatherer: { bus }, presence, askBodyPart, decodeInTurn, maxPixels }: Parts,
  envelope: Envelope,
  signal: AbortSignal,
): Promise<{ decoded: Decoded; thumbnail: GreyImage; bodyPart: BodyPart }> {
  const given = bodyPartGiven(options);
  const steps = given ? STEPS.filter((step) => step !== 'body-part') : STEPS;
  if (!bus.connected) throw stepAway(steps);
  // Side by side: a step that is away is known within a millisecond, long before the film is decoded.
  const [decoded] = await Promise.all([
    decodeInTurn(() => decode(file, maxPixels, signal)),
    presence.requireAll(envelope, steps),
  ]);
  const thumbnail = thumbnailOf(decoded.canonical);
  const version = options.modelVersions['body-part'] ?? '';
  const bodyPart = given ?? (await askBodyPart({ thumbnail, modelVersion: version }, envelope, signal));
  return { decoded, thumbnail, bodyPart };
}

function decode(file: Uint8Array, maxPixels: number, signal: AbortSignal): Promise<Decoded> {
  return inSpan('decode radiograph', {}, async (span) => {
    // Its turn may have come after its deadline.
    signal.throwIfAborted();
    const decoded = await decodeRadiograph(file, maxPixels);
    span.setAttributes({
      [ATTRIBUTE.imageFormat]: decoded.format,
      [ATTRIBUTE.imageWidth]: decoded.upload.width,
      [ATTRIBUTE.imageHeight]: decoded.upload.height,
    });
    return decoded;
  });
}

const wantedJoints = ({ only }: Options): readonly JointName[] => (only.length > 0 ? only : JOINT_NAMES);

const isUnavailable = ({ result }: JointResult): boolean =>
  result?.$case === 'missing' && result.value.reason === MissingReason.MISSING_REASON_UNAVAILABLE;

function nothingInTime(command: ScoreCommand, { bodyPart }: Seen): Completed {
  const joints = wantedJoints(command.options).map((joint): JointResult => {
    const missing = { reason: MissingReason.MISSING_REASON_DEADLINE };
    return { joint: jointToProto(joint), result: { $case: 'missing', value: missing } };
  });
  for (const joint of joints) command.onJoint(joint);
  return complete(command, bodyPart, joints, true);
}

const complete = (
  { requestId }: ScoreCommand,
  bodyPart: BodyPart | undefined,
  joints: JointResult[],
  deadlineCame: boolean,
): Completed => ({
  outcome: deadlineCame ? Completed_Outcome.OUTCOME_DEADLINE : Completed_Outcome.OUTCOME_COMPLETE,
  response: { requestId, traceId: activeTraceId(), researchUseOnly: true, bodyPart, joints },
});

/**
 * Whatever still works on this radiograph may stop. Sidecars remember it until its deadline: crops on
 * their way come later than their cancel.
 */
function cancelWork({ gatherer: { bus } }: Parts, envelope: Envelope): void {
  if (bus.connected) bus.publish(SUBJECT.cancel, new Uint8Array(), envelope);
}

/** Rejects as soon as the signal aborts; the work itself ends on its own, being given the same signal. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
