import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CommandError, run } from '../../activities/command.ts';
import { projectRoot } from '../../environments/root.ts';
import { temporaryDirectory } from '../support/flags.ts';
import { promtool } from '../support/promtool.ts';
import { readCompose } from './support/compose.ts';

const file = path.join(projectRoot, 'team/prometheus/prometheus.yml');
const text = await readFile(file, 'utf8');

/** What Prometheus's own tool says to a configuration; its rules are elsewhere here. */
async function check(configuration: string): Promise<string> {
  const copy = path.join(await temporaryDirectory(), 'prometheus.yml');
  await writeFile(copy, configuration);
  return await run(promtool(), ['check', 'config', '--syntax-only', copy]).then(
    () => 'fine',
    (error: unknown) => {
      if (error instanceof CommandError && error.exitCode !== undefined) return String(error.stderr);
      throw error;
    },
  );
}

describe("Prometheus's configuration", () => {
  it('is one that Prometheus takes', async () => {
    expect(await check(text)).toBe('fine');
  });

  it('is refused where it is broken', async () => {
    expect(await check(text.replace('scrape_interval', 'scrape_often'))).toContain('scrape_often');
  });

  it('asks services that the compose file has, and reads the alerts that it mounts', () => {
    const { scrape_configs: jobs, rule_files: rules } = parse(text) as {
      scrape_configs: { job_name: string }[];
      rule_files: string[];
    };
    const { services } = readCompose();
    expect(jobs.filter(({ job_name: name }) => services[name] === undefined)).toEqual([]);
    const mounted = services['prometheus']?.volumes?.map((mount) => mount.split(':')[1]);
    expect(mounted).toEqual(expect.arrayContaining(rules));
  });
});

describe("Grafana's provisioning", () => {
  it('reads its dashboards where the compose file mounts them, from the Prometheus that is there', async () => {
    const provisioning = path.join(projectRoot, 'team/grafana/provisioning');
    const { providers } = parse(await readFile(path.join(provisioning, 'dashboards/incidentfox.yaml'), 'utf8')) as {
      providers: { options: { path: string } }[];
    };
    const { datasources } = parse(await readFile(path.join(provisioning, 'datasources/prometheus.yaml'), 'utf8')) as {
      datasources: { url: string }[];
    };
    const { grafana, prometheus } = readCompose().services;
    const mounted = grafana?.volumes?.map((mount) => mount.split(':')[1]);
    expect(mounted).toEqual(expect.arrayContaining(providers.map(({ options }) => options.path)));
    expect(datasources.map(({ url }) => url)).toEqual(['http://prometheus:9090']);
    expect(prometheus).toBeDefined();
  });
});
