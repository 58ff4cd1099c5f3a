/**
 * The layout of the project's training films (`films.csv`, `joints.csv`) as a dataset. Their hands were
 * radiographed to read bone age, so their joints count as free of erosion, which nobody has checked.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import { readTable } from './csv-records.ts';
import { BODY_PARTS, type BodyPartKind, type Film } from './dataset.ts';
import { readTurn } from './manifest-columns.ts';

/** Said wherever such a grade is compared with: it is no reader's. */
export const PRESUMED_SOUND = 'presumed sound';

export type Split = 'train' | 'val' | 'all';

/** Films of a split, in the table's order; `val` is what no model learnt from. */
export async function fromFilmsTable(folder: string, split: Split): Promise<Omit<Film, 'path'>[]> {
  const [films, joints] = await Promise.all([
    recordsOf(folder, 'films.csv'),
    recordsOf(folder, 'joints.csv'),
  ]);
  const jointsOf = Map.groupBy(joints, ({ file }) => file!);
  return films
    .filter((row) => split === 'all' || row.split === split)
    .map((row) => {
      const bodyPart = bodyPartOf(row.body_part!);
      const known = (jointsOf.get(row.file!) ?? []).filter(({ joint }) => isJoint(joint!));
      const hand = bodyPart === 'left-hand' ? 'left' : bodyPart === 'right-hand' ? 'right' : undefined;
      return {
        image: row.file!,
        patient: row.group!,
        hand,
        date: undefined,
        bodyPart,
        turnedClockwiseDeg: row.turned_clockwise_deg ? readTurn(row.turned_clockwise_deg) : 0,
        inverted: false,
        spacingMm: undefined,
        positions: Object.fromEntries(
          known.map(({ joint, x, y }) => [joint, { x: Number(x), y: Number(y) }]),
        ),
        absent: [],
        gradings: hand
          ? { [PRESUMED_SOUND]: Object.fromEntries(known.map(({ joint }) => [joint, { grade: 0 }])) }
          : {},
      };
    });
}

async function recordsOf(folder: string, name: string): Promise<Record<string, string>[]> {
  const { records, problems } = readTable(await readFile(join(folder, name), 'utf8'));
  if (problems.length > 0) throw new CannotEvaluate(...problems.map((problem) => `${name}: ${problem}`));
  return records.map(({ cells }) => cells);
}

function bodyPartOf(text: string): BodyPartKind {
  const kind = text.replace('_', '-') as BodyPartKind;
  if (!BODY_PARTS.includes(kind)) throw new CannotEvaluate(`films.csv: no body part is called ${text}`);
  return kind;
}

const isJoint = (name: string): name is JointName => (JOINT_NAMES as readonly string[]).includes(name);
