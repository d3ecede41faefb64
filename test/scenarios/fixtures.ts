import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { projectRoot } from '../../environments/root.ts';
import { type FlagDefinition, flagdDocument } from '../../scenarios/flag.ts';
import { Problem } from '../../workflows/problem.ts';

/** A directory of scenario files that is gone after the test; a directory is made where the text is null. */
export function directoryOf(files: Record<string, string | null>): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'scenarios-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    if (text === null) mkdirSync(path.join(dir, name));
    else writeFileSync(path.join(dir, name), text);
  }
  return dir;
}

/** A scenario file, one key a line, so that a test can change a line and name its number. */
export function scenarioText(name: string, aliases = '[]'): string {
  return `name: ${name}
aliases: ${aliases}
title: Something breaks
breaks: Something.
rootCause: A flag.
flags:
  '3.0.0':
    flag: someFlag
    variants: ['on']
    defaultVariant: 'on'
defaultDuration: 10m
services:
  direct: [ad]
  dependent: []
symptoms: [smoke]
indicator:
  title: Share of smoke
  promql: up
  embedded: { service: ad, signal: error_ratio }
  faulty: { above: 0.5 }
lingers: Nothing.
`;
}

export type DemoVersion = '3.0.0' | '2.2.0';

export function flagDocumentText(version: DemoVersion): string {
  return readFileSync(path.join(projectRoot, `lab/flags/demo-${version}.flagd.json`), 'utf8');
}

export function flagsOf(version: DemoVersion): Record<string, FlagDefinition> {
  return flagdDocument.parse(JSON.parse(flagDocumentText(version))).flags;
}

/** The Problem that `act` throws; fails the test when it throws none. */
export function problemOf(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('no problem was thrown');
}
