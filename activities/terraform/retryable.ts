import type { ProblemCode } from '../../workflows/problem.ts';

/** Problems of a run that may pass by themselves, so that the same is tried again later: AWS is away, or asks for patience. */
export const retryable: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['aws-unreachable']);
