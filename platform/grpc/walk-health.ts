/**
 * What an orchestrator's gRPC health tells of the walk behind it: one service for the whole ("a radiograph
 * would be scored now") and one for each step. For people and harnesses, never for the probe of a pod.
 */
import { STEPS, type Step } from '#platform/bus/subjects.ts';

export const WALK = 'deepxray.walk';

export const walkStep = (step: Step): string => `${WALK}.${step}`;

export const WALK_SERVICES: readonly string[] = [WALK, ...STEPS.map(walkStep)];
