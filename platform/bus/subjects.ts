/** Every subject, queue group and header on NATS. What the words mean is said in ARCHITECTURE.md. */

export const STEPS = ['body-part', 'joint-extraction', 'joint-scoring'] as const;
export type Step = (typeof STEPS)[number];

export const SUBJECT = {
  /** Work for one pod of the step: a request, received by one member of the step's queue group. */
  work: (step: Step): string => `deepxray.${step}.work`,
  /** Answered at once by any pod of the step; its only point is NATS' "no responders". */
  knock: (step: Step): string => `deepxray.${step}.knock`,
  /** Broadcast: the request of this correlation id is wanted no longer. */
  cancel: 'deepxray.cancel',
  /** Broadcast: each pod once a second. */
  presence: 'deepxray.presence',
  /** Where an orchestrator is sent reports and scores. */
  scoresOf: (orchestrator: string): string => `deepxray.scores.${orchestrator}`,
  /** Where an orchestrator hands out the pieces of one radiograph. */
  piecesOf: (orchestrator: string, correlationId: string): string =>
    `deepxray.pieces.${orchestrator}.${correlationId}`,
  /** All radiographs of one orchestrator, for its one subscription. */
  allPiecesOf: (orchestrator: string): string => `deepxray.pieces.${orchestrator}.*`,
} as const;

/** Where replies come to: of each role apart, so that none hears another's. */
export const INBOXES = {
  prefixOf: (role: 'orchestrator' | Step): string => `_INBOX.${role}`,
  of: (role: 'orchestrator' | Step): string => `_INBOX.${role}.>`,
};

export const queueGroupOf = (step: Step): string => step;

/** The last token of a pieces subject. */
export const correlationIdOfPieces = (subject: string): string => subject.slice(subject.lastIndexOf('.') + 1);

/** A subject as spans may show it: what names one process or one request is a placeholder. */
export function subjectTemplate(subject: string): string {
  if (subject.startsWith('deepxray.scores.')) return 'deepxray.scores.{orchestrator}';
  if (subject.startsWith('deepxray.pieces.')) return 'deepxray.pieces.{orchestrator}.{correlation}';
  return subject;
}

/** Look-up of NATS headers is case-sensitive: all are lower case. */
export const HEADER = {
  /** 128 random bits in hex: which request of which orchestrator this belongs to. */
  correlationId: 'correlation-id',
  /** Absolute, ms since 1970, by the sender's clock. */
  deadline: 'deadline',
  /** Milliseconds left when sent: a receiver takes the earlier of the two, so no skewed clock stretches it. */
  budgetMs: 'budget-ms',
  /** The client's or the gateway's name for the request. */
  requestId: 'request-id',
  /** Present on what is not worth a span. */
  untraced: 'untraced',
  /** The subject that reports and scores go to. */
  scoreTo: 'score-to',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
} as const;
