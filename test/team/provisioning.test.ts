import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../environments/root.ts';
import { readCompose } from '../support/compose.ts';

describe("Prometheus's configuration", () => {
  it('asks services that the compose file has, and reads the alerts that it mounts', async () => {
    const { scrape_configs: jobs, rule_files: rules } = parse(
      await readFile(path.join(projectRoot, 'team/prometheus/prometheus.yml'), 'utf8'),
    ) as {
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
