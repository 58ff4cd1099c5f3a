/**
 * What a model server answered with it has logged itself, and that it is away its client has: only what else went wrong
 * is found here first.
 */
import { DeepXRayError } from '#platform/errors/code.ts';

export const isKnownFailure = (thrown: unknown): boolean => thrown instanceof DeepXRayError;
