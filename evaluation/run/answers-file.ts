/** The answers of a run: `answers.jsonl`, which is also its memory. */
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import type { AnswerRecord } from './answer-record.ts';
import { isFinal } from './try-again.ts';
import type { Variant } from './variant.ts';

export const ANSWERS = 'answers.jsonl';

export type AnswersFile = {
  /** Whether this very question has its last word. */
  has(variant: Variant, image: string, question: string): boolean;
  add(record: AnswerRecord): Promise<void>;
};

/** Opens the answers in a folder to go on with them; what broke off, or may be another now, is asked again. */
export async function openAnswers(folder: string): Promise<AnswersFile> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, ANSWERS);
  const kept = new Map((await readAnswers(folder)).filter(isFinal).map((one) => [keyOf(one), one]));
  // By a rename, so that a kill loses nothing.
  await writeFile(`${path}.new`, [...kept.values()].map(lineOf).join(''));
  await rename(`${path}.new`, path);
  return {
    has: (variant, image, question) => kept.get(keyOf({ variant, image }))?.question === question,
    async add(record) {
      kept.set(keyOf(record), record);
      await appendFile(path, lineOf(record));
    },
  };
}

const lineOf = (record: AnswerRecord): string => `${JSON.stringify(record)}\n`;
const keyOf = ({ variant, image }: Pick<AnswerRecord, 'variant' | 'image'>): string => `${variant} ${image}`;

/** Of each film and variant the last answer; a line that broke off is left out. Empty where there is no run. */
export async function readAnswers(folder: string): Promise<AnswerRecord[]> {
  const text = await readFile(join(folder, ANSWERS), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').slice(0, -1);
  const records = new Map<string, AnswerRecord>();
  for (const [at, line] of lines.entries()) {
    try {
      const record = JSON.parse(line) as AnswerRecord;
      records.set(keyOf(record), record);
    } catch {
      throw new CannotEvaluate(
        `${join(folder, ANSWERS)}, line ${at + 1}: is not JSON: delete the line, and run again`,
      );
    }
  }
  return [...records.values()];
}
