/** The answer that the golden hand had once, and how far another is from it; pure but for the file. */
import { readFile, writeFile } from 'node:fs/promises';
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';

export type GoldenJoint = { score: number; probabilities: number[] };
export type GoldenAnswer = {
  joints: Partial<Record<JointName, GoldenJoint>>;
  /** Model name and version of each joint's score: a change of model is a change, and says so. */
  models: string[];
};

type Answer = {
  joints: Partial<Record<JointName, GoldenJoint & { model: { name: string; version: string } }>>;
};

export function goldenOf({ joints }: Answer): GoldenAnswer {
  const scored = JOINT_NAMES.flatMap((name) => {
    const joint = joints[name];
    return joint ? [[name, { score: joint.score, probabilities: joint.probabilities }] as const] : [];
  });
  const models = Object.values(joints).map(({ model }) => `${model.name}/${model.version}`);
  return { joints: Object.fromEntries(scored), models: [...new Set(models)].sort() };
}

/** Largest difference of a probability, 0 to 1; 1 where a joint is missing in one of them. */
export function shiftBetween(golden: GoldenAnswer, answer: GoldenAnswer): number {
  return Math.max(
    0,
    ...JOINT_NAMES.map((name) => {
      const [one, other] = [golden.joints[name], answer.joints[name]];
      if (!one || !other) return one === other ? 0 : 1;
      return Math.max(
        ...one.probabilities.map((p, grade) => Math.abs(p - (other.probabilities[grade] ?? 0))),
      );
    }),
  );
}

/** Undefined where there is no such file yet. */
export async function readGolden(path: string): Promise<GoldenAnswer | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as GoldenAnswer;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`the golden answer in ${path} cannot be read: delete the file to record it anew`, {
      cause: thrown,
    });
  }
}

export const writeGolden = (path: string, golden: GoldenAnswer): Promise<void> =>
  writeFile(path, `${JSON.stringify(golden, null, 2)}\n`);
