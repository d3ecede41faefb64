import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findScenario, loadCatalogue } from '../../scenarios/catalogue.ts';
import { textKey } from '../../scenarios/checked.ts';
import { parseDuration } from '../../workflows/duration.ts';
import { directoryOf, problemOf, scenarioText } from './fixtures.ts';

const own = loadCatalogue();
const good = scenarioText('good');

describe("the project's own scenarios", () => {
  it('are these, none of them broken', () => {
    expect(own.broken).toEqual([]);
    expect(own.scenarios.map(({ name }) => name)).toEqual([
      'ad-failure',
      'ad-gc-pressure',
      'ad-high-cpu',
      'cart-failure',
      'email-memory-leak',
      'image-slow-load',
      'intl-shipping-slowdown',
      'kafka-queue-problems',
      'llm-inaccurate-response',
      'llm-rate-limit',
      'payment-failure',
      'payment-unreachable',
      'product-catalog-failure',
      'readiness-probe-failure',
      'recommendation-cache-failure',
      'traffic-flood',
    ]);
  });

  it('last ten minutes unless told otherwise', () => {
    for (const { defaultDuration } of own.scenarios) expect(parseDuration(defaultDuration)).toBe(600_000);
  });

  it.each([
    ['service-failure', 'payment-failure'],
    ['service-unreachable', 'payment-unreachable'],
    ['high-cpu', 'ad-high-cpu'],
    ['ad-gc-pressure', 'ad-gc-pressure'],
    ['memory-leak', 'email-memory-leak'],
    ['cache-failure', 'recommendation-cache-failure'],
    ['catalog-failure', 'product-catalog-failure'],
    ['kafka-lag', 'kafka-queue-problems'],
    ['latency-spike', 'image-slow-load'],
    ['traffic-spike', 'traffic-flood'],
    ['llm-inaccuracy', 'llm-inaccurate-response'],
    ['llm-rate-limit', 'llm-rate-limit'],
  ])('answer to the old name %s', (alias, name) => {
    expect(findScenario(own, alias).name).toBe(name);
  });

  it('answer to the names of their flags', () => {
    for (const scenario of own.scenarios) {
      for (const { flag } of Object.values(scenario.flags)) expect(findScenario(own, flag)).toBe(scenario);
    }
  });

  it('are the same after they have been through JSON, as in a workflow or the build', () => {
    expect(JSON.parse(JSON.stringify(own.scenarios))).toEqual(own.scenarios);
  });

  it('have no name in common', () => {
    const names = own.scenarios.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a broken file is named with line and reason, and leaves the others alone', () => {
  it.each<[what: string, text: () => string, line: number, reason: RegExp]>([
    ['empty', () => '', 1, /^is empty$/],
    ['only a comment', () => '# later\n', 1, /^is empty$/],
    ['not YAML', () => edited('[smoke]', '[smoke'), 16, /./],
    ['a key twice', () => edited('lingers:', 'title: again\nlingers:'), 21, /unique/],
    ['a list', () => '- a\n- b\n', 1, /expected object/],
    ['a text', () => 'hello', 1, /expected object/],
    ['no title', () => edited('title: Something breaks\n', ''), 1, /^title: is missing$/],
    ['a number for a title', () => edited('Something breaks', '7'), 3, /^title: .*expected string/],
    ['a title of two lines', () => edited('Something breaks', '"a\\nb"'), 3, /^title: must be one line/],
    ['a misspelt key', () => edited('rootCause', 'rootcause'), 5, /"rootcause"/],
    ['a key too many', () => edited('lingers:', 'colour: red\nlingers:'), 21, /colour/],
    [
      'a deeper key too many',
      () => edited('    flag: some', '    colour: red\n    flag: some'),
      8,
      /^flags.3.0.0: .*colour/,
    ],
    ['an alias of nothing', () => edited('[ad]', '*nothing'), 13, /refers to nothing/],
    ['a key without end', () => edited('lingers:', `${'x'.repeat(9_000)}: 1\nlingers:`), 21, /^.{1,200}$/],
    ['a version that is none', () => edited("'3.0.0'", 'newest'), 7, /must be a version/],
    [
      'no version',
      () => edited(/flags:\n( {2}.*\n)+/.exec(scenarioText('bad'))?.[0] ?? '', 'flags: {}\n'),
      6,
      /at least one/,
    ],
    ['an unquoted on', () => edited("['on']", '[true]'), 9, /^flags.3.0.0.variants.0: /],
    [
      'a default that is no variant',
      () => edited("defaultVariant: 'on'", "defaultVariant: 'off'"),
      10,
      /one of the variants/,
    ],
    [
      'targeting without the variant',
      () => edited('defaultDuration', "    targeting: { if: [true, 'on'] }\ndefaultDuration"),
      11,
      /\$variant/,
    ],
    ['a duration that is none', () => edited('10m', '10 parsecs'), 11, /duration from 1s to 24h/],
    ['a duration too long', () => edited('10m', '25h'), 11, /duration from 1s to 24h/],
    [
      'a service that is none',
      () => edited('[ad]', '[ad, adverts]'),
      13,
      /^services.direct.1: is not a service of the demo$/,
    ],
    ['no symptoms', () => edited('[smoke]', '[]'), 15, /^symptoms: /],
    ['queries for other versions', () => edited('promql: up', "promql: { '2.2.0': up }"), 18, /query for each version/],
    ['a signal that is none', () => edited('error_ratio', 'smell'), 19, /^indicator.embedded.signal: /],
    ['two bounds', () => edited('above: 0.5', 'above: 0.5, below: 1'), 20, /either "above" or "below"/],
    ['no bound', () => edited('above: 0.5', ''), 20, /either "above" or "below"/],
    ['another name than the file', () => scenarioText('other'), 1, /"other" is not the file's name, "bad"/],
    ['a name in capitals', () => edited('name: bad', 'name: Bad'), 1, /kebab-case/],
    ['an alias like its own name', () => edited('aliases: []', 'aliases: [bad]'), 2, /repeats a name/],
    [
      'aliases that multiply',
      () =>
        `a: &a [x, x]\nb: &b [*a, *a]\n${Array(30)
          .fill('')
          .map((_, i) => `c${i}: [*b, *b, *b, *b]`)
          .join('\n')}`,
      1,
      /./,
    ],
    ['larger than any scenario', () => scenarioText('bad') + '#'.repeat(70_000), 1, /larger than 64 KiB/],
    ['zeros', () => '\0\0\0', 1, /./],
  ])('%s', (_what, text, line, reason) => {
    const dir = directoryOf({ 'bad.yaml': text(), 'good.yaml': good });
    const { scenarios, broken } = loadCatalogue(dir);
    expect(scenarios.map(({ name }) => name)).toEqual(['good']);
    expect(broken).toEqual([{ file: path.join(dir, 'bad.yaml'), line, reason: expect.stringMatching(reason) }]);
    expect(broken[0]?.reason).not.toMatch(/\n/);
  });

  it('a directory, a dangling link and a name in other letters', () => {
    const dir = directoryOf({ 'dir.yaml': null, 'ünï☃.yaml': scenarioText('ünï☃'), 'good.yaml': good });
    symlinkSync(path.join(dir, 'nowhere'), path.join(dir, 'link.yaml'));
    const { scenarios, broken } = loadCatalogue(dir);
    expect(scenarios).toHaveLength(1);
    expect(broken.map(({ file, reason }) => [path.basename(file), reason])).toEqual([
      ['dir.yaml', 'is not a file'],
      ['link.yaml', expect.stringContaining('ENOENT')],
      ['ünï☃.yaml', expect.stringContaining('kebab-case')],
    ]);
  });

  it('other files are no scenarios', () => {
    const dir = directoryOf({ 'good.yaml': good, 'README.md': 'x', 'schema.ts': 'x', '.#good.yaml': 'x' });
    expect(loadCatalogue(dir)).toMatchObject({ scenarios: [{ name: 'good' }], broken: [] });
  });

  it('no directory is a problem of its own', () => {
    const problem = problemOf(() => loadCatalogue('/nonexistent/scenarios'));
    expect(problem).toMatchObject({ code: 'broken-scenario', message: expect.stringContaining('ENOENT') });
  });
});

describe('a name belongs to one scenario', () => {
  it('the first of two aliases counts', () => {
    const dir = directoryOf({ 'a.yaml': scenarioText('a', '[x, y]'), 'b.yaml': scenarioText('b', '[z, y]') });
    const { scenarios, broken } = loadCatalogue(dir);
    expect(scenarios.map(({ name }) => name)).toEqual(['a']);
    expect(broken).toEqual([
      { file: path.join(dir, 'b.yaml'), line: 2, reason: expect.stringMatching(/"y" is already a name in .*a\.yaml/) },
    ]);
  });

  it('a name counts more than an alias, wherever it stands', () => {
    const dir = directoryOf({ 'a.yaml': scenarioText('a', '[b]'), 'b.yaml': scenarioText('b') });
    const catalogue = loadCatalogue(dir);
    expect(findScenario(catalogue, 'b').name).toBe('b');
    expect(catalogue.broken).toMatchObject([{ file: path.join(dir, 'a.yaml'), line: 2 }]);
  });
});

describe('what the build has checked', () => {
  it('is taken for a file that is unchanged, and for no other', () => {
    const [scenario] = loadCatalogue(directoryOf({ 'good.yaml': good })).scenarios;
    if (!scenario) throw new Error('the fixture is broken');
    const checked = { [textKey(good)]: { ...scenario, title: 'From the build' } };
    const dir = directoryOf({ 'good.yaml': good, 'new.yaml': scenarioText('new') });
    expect(loadCatalogue(dir, checked).scenarios.map(({ title }) => title)).toEqual([
      'From the build',
      'Something breaks',
    ]);
    const changed = directoryOf({ 'good.yaml': `${good}# edited\n` });
    expect(loadCatalogue(changed, checked).scenarios.map(({ title }) => title)).toEqual(['Something breaks']);
  });

  it('does not hide that a file has another name', () => {
    const [scenario] = loadCatalogue(directoryOf({ 'good.yaml': good })).scenarios;
    if (!scenario) throw new Error('the fixture is broken');
    const { broken } = loadCatalogue(directoryOf({ 'copy.yaml': good }), { [textKey(good)]: scenario });
    expect(broken).toMatchObject([{ line: 1, reason: expect.stringContaining('"copy"') }]);
  });
});

describe('findScenario', () => {
  it.each([
    ['paymnt-failure', ['payment-failure']],
    ['payment', ['payment-failure', 'payment-unreachable']],
    ['Payment-Failure', ['payment-failure']],
    ['high_cpu', ['ad-high-cpu']],
    ['kafka', ['kafka-queue-problems']],
  ])('offers for %s the nearest names', (given, names) => {
    const problem = problemOf(() => findScenario(own, given));
    expect(problem.code).toBe('unknown-scenario');
    expect(problem.message).toContain(`"${given}"`);
    for (const name of names) expect(problem.hint).toContain(name);
    expect(problem.hint).toContain('npm run incident -- list');
  });

  it.each(['', 'xyzzy', '💥', 'x'.repeat(1_000_000), '__proto__', 'constructor', ' '])(
    'offers nothing for %.20s',
    (given) => {
      const problem = problemOf(() => findScenario(own, given));
      expect(problem.code).toBe('unknown-scenario');
      expect(problem.hint).not.toContain('mean');
      expect(problem.message.length).toBeLessThan(120);
    },
  );

  it('offers three at most, and shows no control characters', () => {
    const problem = problemOf(() => findScenario(own, 'fail\u001b[31m\nure'));
    expect(problem.message).not.toMatch(/\p{Cc}/u);
    const many = problemOf(() => findScenario(own, 'failure'));
    expect(many.hint.split(',').length).toBeLessThanOrEqual(3);
  });

  it('says of a broken one what is wrong', () => {
    const dir = directoryOf({ 'bad.yaml': 'name: bad\n', 'good.yaml': good });
    const problem = problemOf(() => findScenario(loadCatalogue(dir), 'bad'));
    expect(problem.code).toBe('broken-scenario');
    expect(problem.message).toMatch(/bad\.yaml, line 1: aliases: is missing/);
  });
});

/** The scenario `bad` with a part of its text replaced. */
function edited(from: string, to: string): string {
  const text = scenarioText('bad').replace(from, to);
  expect(text).not.toBe(scenarioText('bad'));
  return text;
}
