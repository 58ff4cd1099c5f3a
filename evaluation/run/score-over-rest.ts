/** A film through the gateway, as any client sends it. */

import type { JointName } from '#platform/domain/joints.ts';
import type { Answer, BodyPart, Problem } from '../../cli/answer.ts';
import { Refused, scoreLive } from '../../cli/score-live.ts';
import type { Attempt } from './try-again.ts';

/** The longest that the gateway lets a client wish for: an evaluation is patient. */
export const WAIT_SECONDS = 60;

export async function scoreOverRest(path: string, url: string, signal: AbortSignal): Promise<Attempt> {
  const sent = performance.now();
  const elapsed = () => Math.round((performance.now() - sent) * 10) / 10;
  const times: { bodyPart?: number; firstJoint?: number } = {};
  let bodyPart: BodyPart | undefined;
  let answer: (Answer & { status: number }) | undefined;
  try {
    for await (const { event, data } of scoreLive(path, { url, signal, waitSeconds: WAIT_SECONDS })) {
      if (event === 'body-part') {
        bodyPart = data as BodyPart;
        times.bodyPart = elapsed();
      }
      if (event === 'joint' && 'score' in (data as object)) times.firstJoint ??= elapsed();
      if (event === 'completed') answer = data as Answer & { status: number };
    }
  } catch (thrown) {
    if (!(thrown instanceof Refused)) return { away: thrown };
    return { answered: { ...refusalOf(thrown.problem), timesMs: { ...times, last: elapsed() } } };
  }
  if (!answer) return { away: new Error('the answer broke off') };
  const { status, joints, missing, traceId } = answer;
  const isLate = status === 200 ? {} : { problem: 'deadline-exceeded' };
  const seen = bodyPart ?? answer.bodyPart;
  return {
    answered: {
      status,
      ...isLate,
      bodyPart: seen,
      joints,
      missing,
      timesMs: { ...times, last: elapsed() },
      traceId,
    },
  };
}

function refusalOf({ type, status, bodyPart, joints, missing, traceId }: Problem) {
  return {
    status,
    problem: type.replace('/problems/', ''),
    ...(bodyPart ? { bodyPart } : {}),
    joints: joints ?? ({} satisfies Partial<Record<JointName, never>>),
    missing: missing ?? {},
    ...(traceId === undefined ? {} : { traceId }),
  };
}
