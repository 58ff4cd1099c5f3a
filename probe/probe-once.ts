/** Sends the golden hand once, and says how its answer compares. */
import { showing } from '#platform/access/credential.ts';
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import { isErrorCode } from '#platform/errors/code.ts';
import { createCounter, createHistogram, observe } from '#platform/telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { OUTCOME_OF, type Outcome } from '#platform/telemetry/schema/outcomes.ts';
import { inSpan, SpanKind, traceHeaders } from '#platform/telemetry/tracing.ts';
import { type GoldenAnswer, goldenOf, readGolden, shiftBetween, writeGolden } from './golden.ts';

const WAIT_S = 30;
/** Scores are the same whatever else is in the batch; more than this is another model, or a fault. */
export const SAME_WITHIN = 1e-3;

export type Probed = { traceId: string } & (
  | { kind: 'same' | 'recorded'; shift: number }
  | { kind: 'changed'; shift: number; models: string[]; goldenModels: string[] }
  | { kind: 'failed'; why: string }
);

export function createProbe(settings: {
  gateway: string;
  token: string | undefined;
  film: Uint8Array;
  goldenFile: string | undefined;
}) {
  const { gateway, token, film, goldenFile } = settings;
  let golden: GoldenAnswer | undefined;
  let latest: GoldenAnswer | undefined;
  const runs = createCounter('probeRuns', [{ [ATTRIBUTE.outcome]: 'ok' }, { [ATTRIBUTE.outcome]: 'fault' }]);
  const duration = createHistogram('probeDuration');
  observe('probeScore', (result) => {
    if (!latest) return;
    for (const joint of JOINT_NAMES) {
      result.observe(latest.joints[joint]?.score ?? -1, { [ATTRIBUTE.joint]: joint });
    }
  });
  observe('probeShift', (result) => {
    if (latest && golden) result.observe(shiftBetween(golden, latest));
  });
  const fail = (outcome: Outcome, why: string, traceId: string): Probed => {
    runs.add(1, { [ATTRIBUTE.outcome]: outcome });
    return { kind: 'failed', why, traceId };
  };

  return (): Promise<Probed> =>
    inSpan(
      'POST',
      { kind: SpanKind.CLIENT, attributes: { [ATTRIBUTE.httpMethod]: 'POST' } },
      async (span) => {
        const begun = performance.now();
        let { traceId } = span.spanContext();
        let response: Response;
        let body: Parameters<typeof goldenOf>[0] & { traceId?: string; type?: string; detail?: string };
        try {
          response = await send(gateway, film, token);
          body = (await response.json()) as typeof body;
        } catch (thrown) {
          return fail('fault', `nothing answers at ${gateway} (${(thrown as Error).name})`, traceId);
        }
        traceId = body.traceId ?? traceId;
        span.setAttribute(ATTRIBUTE.httpStatus, response.status);
        if (!response.ok) {
          const code = (body.type ?? '').replace('/problems/', '');
          return fail(
            isErrorCode(code) ? OUTCOME_OF[code] : 'fault',
            `${response.status} ${body.detail}`,
            traceId,
          );
        }
        runs.add(1, { [ATTRIBUTE.outcome]: 'ok' });
        duration.record((performance.now() - begun) / 1000);
        latest = goldenOf(body);
        golden ??= goldenFile === undefined ? undefined : await readGolden(goldenFile);
        if (golden === undefined) {
          golden = latest;
          if (goldenFile !== undefined) await writeGolden(goldenFile, golden);
          return { kind: 'recorded', shift: 0, traceId };
        }
        const shift = shiftBetween(golden, latest);
        if (shift <= SAME_WITHIN) return { kind: 'same', shift, traceId };
        return { kind: 'changed', shift, models: latest.models, goldenModels: golden.models, traceId };
      },
    );
}

function send(gateway: string, film: Uint8Array, token: string | undefined): Promise<Response> {
  const form = new FormData();
  form.append('xray', new Blob([new Uint8Array(film)], { type: 'image/png' }), 'film.png');
  return fetch(`${gateway}/score`, {
    method: 'POST',
    body: form,
    headers: { prefer: `wait=${WAIT_S}`, ...showing(token), ...traceHeaders() },
    signal: AbortSignal.timeout((WAIT_S + 5) * 1000),
  });
}
