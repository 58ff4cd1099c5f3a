/**
 * What each role may say and hear on NATS: its own subjects and no other. Replies go to the inboxes of those who
 * ask it, by name, and not to whatever subject a message gives as its reply: or whoever sent one could have
 * another role publish where it may not itself.
 */
import { INBOXES, queueGroupOf, STEPS, type Step, SUBJECT } from './subjects.ts';

export type BusRole = 'orchestrator' | Step;

export type Permissions = {
  publish: readonly string[];
  /** A subject, or a subject and its queue group with a space between, as nats-server has it. */
  subscribe: readonly string[];
};

const works = (step: Step): string[] => [
  `${SUBJECT.work(step)} ${queueGroupOf(step)}`,
  `${SUBJECT.knock(step)} ${queueGroupOf(step)}`,
  SUBJECT.cancel,
];

export const PERMISSIONS: Record<BusRole, Permissions> = {
  orchestrator: {
    publish: [
      SUBJECT.work('body-part'),
      SUBJECT.work('joint-extraction'),
      ...STEPS.map(SUBJECT.knock),
      SUBJECT.cancel,
      // Pieces of radiographs.
      INBOXES.of('joint-extraction'),
    ],
    subscribe: [
      SUBJECT.scoresOf('*'),
      SUBJECT.allPiecesOf('*'),
      SUBJECT.presence,
      INBOXES.of('orchestrator'),
    ],
  },
  'body-part': {
    publish: [SUBJECT.presence, INBOXES.of('orchestrator')],
    subscribe: works('body-part'),
  },
  'joint-extraction': {
    publish: [
      SUBJECT.presence,
      SUBJECT.allPiecesOf('*'),
      SUBJECT.work('joint-scoring'),
      SUBJECT.scoresOf('*'),
      INBOXES.of('orchestrator'),
    ],
    subscribe: [...works('joint-extraction'), INBOXES.of('joint-extraction')],
  },
  'joint-scoring': {
    publish: [
      SUBJECT.presence,
      SUBJECT.scoresOf('*'),
      INBOXES.of('joint-extraction'),
      // A knock's answer.
      INBOXES.of('orchestrator'),
    ],
    subscribe: works('joint-scoring'),
  },
};
