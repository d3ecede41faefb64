import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../environments/root.ts';

const configuration = path.join(projectRoot, 'terraform');
const presets = readdirSync(path.join(configuration, 'presets')).map((file) => `presets/${file}`);

interface Prices {
  hourly: { instances: Record<string, { on_demand: number; spot: number }> };
}

it.each([...presets, 'terraform.tfvars.example'])('%s has prices for all its instance types', (file) => {
  const { hourly } = parse(readFileSync(path.join(configuration, 'prices.yaml'), 'utf8')) as Prices;
  const text = ['variables.tf', file].map((name) => readFileSync(path.join(configuration, name), 'utf8')).join('\n');
  const types = [...text.matchAll(/"([a-z]\w+\.(small|medium|large|xlarge))"/g)].map(([, type = '']) => type);
  expect(types.length).toBeGreaterThan(2);
  expect(types.filter((type) => !(type in hourly.instances))).toEqual([]);
});
