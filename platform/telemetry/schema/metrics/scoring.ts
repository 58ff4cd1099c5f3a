/** What dashboards and alerts of the whole are made of. */
import { ATTRIBUTE as A } from '../attributes.ts';
import type { Metric } from '../definition.ts';
import { DURATION, EDGES } from './shared.ts';

export const SCORING = {
  scoringsInFlight: {
    name: 'deepxray.scorings.in_flight',
    kind: 'gauge',
    unit: '{scoring}',
    doc: 'radiographs in hand',
    labels: [],
    by: EDGES,
  },
  scoringDuration: {
    name: 'deepxray.scoring.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'from the request to the whole answer, by how it ended',
    labels: [A.outcome],
    buckets: DURATION,
    by: EDGES,
  },
  firstJointDuration: {
    name: 'deepxray.scoring.first_joint',
    kind: 'histogram',
    unit: 's',
    doc: 'from the request to the first scored joint',
    labels: [],
    buckets: DURATION,
    by: EDGES,
  },
  jointDuration: {
    name: 'deepxray.scoring.joint',
    kind: 'histogram',
    unit: 's',
    doc: 'from the request to each joint, by what became of it',
    labels: [A.joint, A.jointOutcome],
    buckets: DURATION,
    by: ['orchestrator'],
  },
  errors: {
    name: 'deepxray.errors',
    kind: 'counter',
    unit: '{error}',
    doc: 'scorings that ended with a problem, by its code: also what uploads were rejected for',
    labels: [A.errorCode],
    by: EDGES,
  },
  jointsAskedAgain: {
    name: 'deepxray.joint.asked_again',
    kind: 'counter',
    unit: '{joint}',
    doc: 'joints asked for again, since a pod said that they failed or nothing was heard of them',
    labels: [A.askedAgainFor],
    by: ['orchestrator'],
  },
  reportsDropped: {
    name: 'deepxray.report.dropped',
    kind: 'counter',
    unit: '{report}',
    doc: 'reports and scores that came twice or too late',
    labels: [],
    by: ['orchestrator'],
  },
} as const satisfies Record<string, Metric>;
