/** What became of a joint, in the words of spans and figures: `scored`, or why it is missing. */
import { type JointResult, MissingReason } from '#proto/deepxray/v1/scoring.ts';

const PREFIX = 'MISSING_REASON_';

const NAMES = new Map(
  Object.entries(MissingReason).map(([name, value]) => [
    value as number,
    name.replace(PREFIX, '').toLowerCase().replaceAll('_', '-'),
  ]),
);

export const nameOfReason = (reason: number): string => NAMES.get(reason) ?? 'unknown';

export const jointOutcomeOf = (result: JointResult['result']): string =>
  result?.$case === 'missing' ? nameOfReason(result.value.reason) : 'scored';
