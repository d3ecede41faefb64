import { existsSync } from 'node:fs';
import path from 'node:path';

/** Prometheus as Debian has it: the one of PROMETHEUS_PATH, else that which is installed. Throws where there is none. */
export function prometheusProgram(): string {
  const program = process.env['PROMETHEUS_PATH'] ?? '/usr/bin/prometheus';
  if (existsSync(program)) return program;
  throw new Error(`${program} is missing: install Debian's prometheus, or set PROMETHEUS_PATH`);
}

/** Its promtool, which is beside it. */
export function promtool(): string {
  return path.join(path.dirname(prometheusProgram()), 'promtool');
}
