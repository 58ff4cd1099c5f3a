#!/usr/bin/env node
/** `node synthetic/main.ts`: renders synthetic radiographs of hands into a folder. */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import type { TurnDeg } from '../platform/image/grey-image.ts';
import { type Lesions, renderHand, type SubjectKind } from './render-hand.ts';
import { writeFilm } from './write-film.ts';

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
};

const millimetres = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0.08 && value <= 1)) throw new InvalidArgumentError('give 0.08 to 1 mm');
  return value;
};

const rays = (text: string): number[] => {
  const fingers = text.split(',').map(Number);
  if (fingers.some((finger) => ![1, 2, 3, 4, 5].includes(finger)))
    throw new InvalidArgumentError('give rays 1 to 5, as 4,5');
  return fingers;
};

/** `random`, `none`, or a JSON file of percent by joint: {"mcp2": 35, "pip3": 10}. */
function lesions(text: string): Lesions | 'random' | 'none' {
  if (text === 'random' || text === 'none') return text;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(text, 'utf8'));
  } catch (error) {
    throw new InvalidArgumentError(`give random, none or a JSON file (${(error as Error).message})`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new InvalidArgumentError(`${text}: give percent by joint, as {"mcp2": 35, "pip3": 10}`);
  for (const [joint, percent] of Object.entries(parsed)) {
    if (!(JOINT_NAMES as readonly string[]).includes(joint))
      throw new InvalidArgumentError(`no joint is called ${joint}`);
    if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
      throw new InvalidArgumentError(`${joint}: give 0 to 100 percent`);
  }
  return parsed;
}

type Flags = {
  out: string;
  count: number;
  seed: number;
  subject: SubjectKind;
  lesions: Lesions | 'random' | 'none';
  missingFingers: number[];
  turned: string;
  spacing: number;
  inverted: boolean;
};

const program = new Command('synthetic')
  .description(
    'Renders SIMULATED radiographs of hands (PNG) with their truth (JSON). No pixel comes from a patient.',
  )
  .requiredOption('--out <folder>', 'where hand-<seed>.png and hand-<seed>.json go')
  .option('--count <n>', 'how many, with seeds counting up', wholeNumber, 1)
  .option('--seed <n>', 'the first seed', wholeNumber, 1)
  .addOption(
    new Option('--subject <kind>', 'what is on the film')
      .choices(['left-hand', 'right-hand', 'both-hands'])
      .default('left-hand'),
  )
  .option('--lesions <what>', 'random, none, or a JSON file of eroded percent by joint', lesions, 'none')
  .option('--missing-fingers <rays>', 'amputated rays, as 5 or 4,5', rays, [])
  .addOption(
    new Option('--turned <degrees>', 'clockwise from fingers-up')
      .choices(['0', '90', '180', '270'])
      .default('0'),
  )
  .option('--spacing <mm>', 'millimetres per pixel', millimetres, 0.2)
  .option('--inverted', 'bone dark on a light film', false)
  .parse();

const flags = program.opts<Flags>();
for (let seed = flags.seed; seed < flags.seed + flags.count; seed++) {
  const film = renderHand({
    seed,
    subject: flags.subject,
    lesions: flags.lesions,
    missingFingers: flags.missingFingers,
    turnedClockwiseDeg: Number(flags.turned) as TurnDeg,
    spacingMm: flags.spacing,
    inverted: flags.inverted,
  });
  process.stdout.write(`${await writeFilm(flags.out, film)}\n`);
}
