/**
 * One extraction request: find the joints on the thumbnail while the radiograph is pulled, and for each: refine, cut,
 * send the crop on, report where it is. Each joint goes its way alone; none waits for the last.
 */
import { type Bus, MalformedMessage } from '#platform/bus/bus.ts';
import { encodeAccepted, encodeRefusal } from '#platform/bus/receipt.ts';
import { CROP_SIDE_PX, cropSideInHandScales } from '#platform/domain/crop-frame.ts';
import { type JointName, jointFromProto, jointToProto } from '#platform/domain/joints.ts';
import { cropAlongFinger } from '#platform/image/crop-along-finger.ts';
import { isTurn, type TurnDeg, unit } from '#platform/image/grey-image.ts';
import type { Logger } from '#platform/process/log.ts';
import { markFailed } from '#platform/telemetry/endings.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { activeSpan, inSpan } from '#platform/telemetry/tracing.ts';
import { createTurnstile } from '#platform/turnstile.ts';
import {
  ExtractionRequest,
  type ImageSource,
  type JointPosition,
  Refusal_Reason,
} from '#proto/deepxray/bus/v1/bus.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';
import { isKnownFailure } from '../sidecar/is-known-failure.ts';
import type { Work } from '../sidecar/step.ts';
import { whyMissing } from '../sidecar/why-missing.ts';
import { MODEL as LOCALISATION, type Located } from './localisation-model.ts';
import type { Film, Locator } from './locate-joints.ts';
import { pullRadiograph } from './pull-radiograph.ts';
import type { SendCrop } from './send-crop.ts';

type Parts = { bus: Bus; locator: Locator; sendCrop: SendCrop; log: Logger };

/** A joint whose place needs no looking for. */
type Placed = Located & { given: boolean };

/**
 * Joints looked for at once. The first is refined alone and leaves; those that wait meanwhile share a call. All
 * ten at once would make the second crop wait for the last to be looked for.
 */
const REFINING_AT_ONCE = 5;

export async function extractJoints(work: Work, parts: Parts): Promise<void> {
  const request = decodeRequest(work.payload);
  if (!request?.image || !isTurn(request.turnedClockwiseDeg)) {
    work.respond(encodeRefusal({ reason: Refusal_Reason.REASON_INVALID, instance: work.instance }));
    throw new MalformedMessage('no radiograph to extract joints from');
  }
  work.respond(encodeAccepted(work.instance));
  const wanted = request.joints.map(jointFromProto).filter((name) => name !== undefined);
  try {
    await extract(work, request, request.image, wanted, parts);
  } catch (err) {
    if (work.signal.aborted) return;
    const span = activeSpan();
    if (span) markFailed(span, err);
    const reason = whyMissing(err, work.envelope.deadline);
    if (!isKnownFailure(err) && reason === MissingReason.MISSING_REASON_FAILED) {
      parts.log.error({ err }, 'extraction failed');
    }
    // Of the joints that were dispatched already, a score that comes before the next try still counts.
    for (const joint of wanted) reportMissing(work, joint, reason, request.attempt);
  }
}

async function extract(
  work: Work,
  request: ExtractionRequest,
  source: ImageSource,
  wanted: JointName[],
  { bus, locator, sendCrop }: Parts,
): Promise<void> {
  const when = { deadline: work.envelope.deadline, signal: work.signal };
  const id = work.envelope.correlationId;
  const versions = { localisation: request.localisationVersion, refinement: request.refinementVersion };
  const known = new Map(request.known.map((position) => [jointFromProto(position.joint), position]));
  const allPlaced = wanted.every((joint) => known.get(joint)?.handScale !== undefined);

  const pulling = inSpan('pull radiograph', {}, () => pullRadiograph(bus, source, work.envelope));
  const glance = { ...source, id, versions, turned: request.turnedClockwiseDeg as TurnDeg };
  const looking = allPlaced ? undefined : locator.coarse(glance, request.thumbnail, pulling, when);
  const [image, coarse] = await Promise.all([pulling, looking]);
  const film: Film = { id, image, versions };

  const place = async (joint: JointName): Promise<Placed | { missing: MissingReason }> => {
    const found = coarse?.joints.find((each) => each.joint === joint);
    const given = known.get(joint);
    if (given) return placeGiven(joint, given, found);
    if (!found) return { missing: MissingReason.MISSING_REASON_NOT_FOUND };
    const refined = await locator.refine(film, found, when);
    return 'missing' in refined ? refined : { ...refined, given: false };
  };

  const refineInTurn = createTurnstile(REFINING_AT_ONCE);
  const deliver = (joint: JointName) =>
    inSpan(
      'extract joint',
      { attributes: { [ATTRIBUTE.joint]: joint, [ATTRIBUTE.attempt]: request.attempt } },
      async () => {
        const placed = await refineInTurn(() => place(joint));
        if (work.signal.aborted) return;
        if ('missing' in placed) return reportMissing(work, joint, placed.missing, request.attempt);
        const refused = await cutAndSend(work, request, film, placed, sendCrop);
        if (refused !== undefined) reportMissing(work, joint, refused, request.attempt);
      },
    );

  await Promise.all(wanted.map(deliver));
  if (work.signal.aborted) return;
  work.report({
    $case: 'extractionDone',
    value: { localisation: coarse && { name: LOCALISATION, version: coarse.version } },
  });
}

/** A given centre stands; how the finger lies and how large the hand is may still have to be seen. */
function placeGiven(joint: JointName, given: JointPosition, found: Located | undefined): Placed {
  const axis =
    given.axisX !== undefined && given.axisY !== undefined
      ? unit({ x: given.axisX, y: given.axisY })
      : (found?.axis ?? { x: 0, y: -1 });
  return {
    joint,
    centre: { x: given.x, y: given.y },
    axis,
    handScale: given.handScale ?? found?.handScale ?? 0,
    confidence: given.confidence,
    given: given.given,
  };
}

async function cutAndSend(
  work: Work,
  { scoringVersion, attempt }: ExtractionRequest,
  { image }: Film,
  { joint: name, centre, axis, handScale, confidence, given }: Placed,
  sendCrop: SendCrop,
): Promise<MissingReason | undefined> {
  const side = cropSideInHandScales(name) * handScale;
  const crop = await inSpan('cut crop', { attributes: { [ATTRIBUTE.joint]: name } }, () =>
    cropAlongFinger(image, { centre, axis, side }, CROP_SIDE_PX),
  );
  const joint = jointToProto(name);
  const position = {
    joint,
    x: centre.x,
    y: centre.y,
    axisX: axis.x,
    axisY: axis.y,
    handScale,
    confidence,
    given,
  };
  const cutAtMs = Date.now();
  const request = { joint, crop, modelVersion: scoringVersion, attempt };
  const refused = await sendCrop(request, work.envelope, work.signal);
  // Not before a scorer has it: how long crops wait for one says nothing of how soon a score counts as lost.
  if (refused === undefined)
    work.report({ $case: 'dispatched', value: { position, cropSide: side, cutAtMs, attempt } });
  return refused;
}

function reportMissing(work: Work, joint: JointName, reason: MissingReason, attempt: number): void {
  work.report({ $case: 'missing', value: { joint: jointToProto(joint), reason, attempt } });
}

function decodeRequest(payload: Uint8Array): ExtractionRequest | undefined {
  try {
    return ExtractionRequest.decode(payload);
  } catch {
    return undefined;
  }
}
