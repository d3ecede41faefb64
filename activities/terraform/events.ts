/** A line of `-json` output, as far as it matters here; the machine-readable UI of both tools, version 1.2. */
export interface ToolEvent {
  '@message': string;
  '@timestamp'?: string;
  type?: string;
  change?: { resource: { addr: string }; action: string };
  hook?: { resource: { addr: string }; action: string; id_value?: string };
  changes?: { add: number; change: number; remove: number; operation: string };
  outputs?: Record<string, { action?: string }>;
  diagnostic?: Diagnostic;
}

export interface Diagnostic {
  severity: string;
  summary: string;
  detail: string;
  address?: string;
}

/** Undefined for what is not an event: a crash, a warning about the tool's own configuration. */
export function eventIn(line: string): ToolEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const event = JSON.parse(line) as Partial<ToolEvent>;
    return typeof event['@message'] === 'string' ? (event as ToolEvent) : undefined;
  } catch {
    return undefined;
  }
}
