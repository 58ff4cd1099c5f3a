/** What a person reads at the end: a line a film, ten grades or why there are none. Pure. */
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import type { Outcome } from './answer.ts';

const WIDEST_NAME = 40;

export function tableOf(films: { film: string; outcome: Outcome }[]): string {
  const nameWidth = Math.min(WIDEST_NAME, Math.max(4, ...films.map(({ film }) => film.length)));
  const line = (name: string, kind: string, cells: string[], note: string) =>
    [
      shortened(name, nameWidth).padEnd(nameWidth),
      kind.padEnd(10),
      ...cells.map((cell) => cell.padStart(4)),
      ` ${note}`,
    ]
      .join(' ')
      .trimEnd();
  return [
    line('film', 'body part', [...JOINT_NAMES], ''),
    ...films.map(({ film, outcome }) => line(film, ...cellsOf(outcome))),
    '',
    '? doubtful: look at it yourself.   – no grade: the reason stands at the end of the line.',
    'For research use only.',
  ].join('\n');
}

function cellsOf(outcome: Outcome): [kind: string, cells: string[], note: string] {
  if (outcome.kind === 'refused') return [...refusalOf(outcome)];
  const { bodyPart, joints, missing } = outcome.answer;
  const cells = JOINT_NAMES.map((joint) => {
    const scored = joints[joint];
    return scored ? `${scored.score}${scored.doubtful ? '?' : ' '}` : '– ';
  });
  const reasons = JOINT_NAMES.filter((joint) => missing[joint]).map((joint) => `${joint} ${missing[joint]}`);
  return [bodyPart.kind, cells, reasons.join(', ')];
}

function refusalOf({ status, problem }: Outcome & { kind: 'refused' }): [string, string[], string] {
  const trace = problem.traceId === undefined ? '' : ` (trace ${problem.traceId})`;
  return [problem.bodyPart?.kind ?? '–', JOINT_NAMES.map(() => '– '), `${status} ${problem.title}${trace}`];
}

const shortened = (name: string, width: number): string =>
  name.length <= width ? name : `…${name.slice(name.length - width + 1)}`;
