/** From what was gathered to the body that a client gets, and its HTTP status. */
import { DeepXRayError } from '#platform/errors/code.ts';
import { problemOf } from '#platform/errors/problem.ts';
import type { Identity } from '../request/identity.ts';
import type { JointOutcome } from '../scoring/from-proto.ts';
import type { Gathered } from '../scoring/gathered.ts';
import type { Scoring } from '../scoring/score-radiograph.ts';
import type { Answer, DeadlineProblem } from './schemas.ts';

export type Result = { status: 200; body: Answer } | { status: 504; body: DeadlineProblem };

type Names = Pick<Identity, 'requestId' | 'traceId'>;

export function resultOf({ outcome, gathered }: Scoring, { requestId, traceId }: Names): Result {
  const { bodyPart } = gathered;
  const names = { requestId, traceId };
  if (outcome === 'complete') {
    if (!bodyPart) throw new DeepXRayError('internal', 'The scoring ended without a body part.');
    const body: Answer = { ...names, researchUseOnly: true, bodyPart, ...jointsOf(gathered) };
    return { status: 200, body };
  }
  const problem = problemOf(
    new DeepXRayError(
      'deadline-exceeded',
      'The deadline came before every joint was scored; what was done by then is here. Prefer: wait=N gives more time.',
    ),
    names,
  ) as Pick<DeadlineProblem, 'type' | 'title' | 'status' | 'detail' | 'requestId' | 'traceId'>;
  const body: DeadlineProblem = {
    ...problem,
    researchUseOnly: true,
    ...(bodyPart ? { bodyPart } : {}),
    ...jointsOf(gathered),
  };
  return { status: 504, body };
}

function jointsOf(gathered: Gathered): Pick<Answer, 'scores' | 'joints' | 'missing'> {
  const parts: Pick<Answer, 'scores' | 'joints' | 'missing'> = { scores: {}, joints: {}, missing: {} };
  for (const [joint, outcome] of gathered.joints) {
    if ('missing' in outcome) parts.missing[joint] = outcome.missing;
    else {
      parts.scores[joint] = outcome.scored.score;
      parts.joints[joint] = outcome.scored;
    }
  }
  return parts;
}

/** The data of a `joint` event. */
export const jointEventOf = (joint: string, outcome: JointOutcome) => ({
  joint,
  ...('missing' in outcome ? { missing: outcome.missing } : outcome.scored),
});
