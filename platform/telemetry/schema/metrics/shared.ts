/** Buckets and roles that several metrics have. */

/** OpenTelemetry's own are for milliseconds. 0.015, 0.15 and 1.5 are there for what a mesh on one machine takes. */
export const DURATION = [
  0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60,
];
export const BATCH = [1, 2, 4, 8, 16, 32];

export const SIDECARS = ['body-part', 'joint-extraction', 'joint-scoring'] as const;
export const ON_BUS = ['orchestrator', ...SIDECARS] as const;
export const EDGES = ['gateway', 'orchestrator'] as const;
