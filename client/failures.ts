import { ApplicationFailure } from '@temporalio/common';
import { Problem, type ProblemCode, problemCodes } from '../workflows/problem.ts';

/** The Problem that a workflow's failure carries, however deep; undefined where it carries none. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof ApplicationFailure && error.type && error.type in problemCodes) {
    const [document] = (error.details ?? []) as [{ error?: { message?: string; hint?: string } }?];
    const { message = error.message, hint = '' } = document?.error ?? {};
    return new Problem(error.type as ProblemCode, message, hint);
  }
  return error instanceof Error && error.cause ? problemOf(error.cause) : undefined;
}
