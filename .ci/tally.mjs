// Adds up what the suites have left: node .ci/tally.mjs <reports> <steps.tsv> [<suite>…]
// <reports>/<suite>/<i>-of-<n>.json are vitest's blob reports, one a shard. Prints what failed, a table of the steps, the slowest test
// files, and one line "N passed, N failed"; exits with 1 if anything failed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The suites of which tests may be skipped, since what they need is not here and cannot be had: the lab on AWS. */
const maySkip = (process.env.MAY_SKIP ?? '').split(' ');
/** The largest share of timed cells that may end without a verdict. */
const mostNotJudged = 0.02;

const row = (name, ...numbers) =>
  `  ${name.padEnd(32)}${numbers.map((each) => String(each ?? '').padStart(9)).join('')}\n`;

const [reports, stepsFile, ...suites] = process.argv.slice(2);
const steps = readFileSync(stepsFile, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split('\t'));
const rows = new Map(steps.map(([name, seconds, verdict]) => [name, { seconds: Number(seconds), verdict }]));
const files = [];
const cells = [];
let [allPassed, allFailed] = [0, 0];

function fail(what, [message = ''] = []) {
  allFailed += 1;
  process.stdout.write(`FAILED ${what}\n`);
  // the first lines say what was expected and found; the whole is above, where the suite ran
  for (const line of message.split('\n').slice(0, 12))
    if (line.trim()) process.stdout.write(`    ${line.slice(0, 2_000)}\n`);
}

for (const suite of suites) {
  const [passed, failed] = [allPassed, allFailed];
  addUp(suite);
  // vitest can fail without a failed test, by an error that nobody caught
  if (rows.get(suite)?.verdict === 'failed' && allFailed === failed) fail(`${suite}: the run itself`);
  rows.set(suite, { ...rows.get(suite), passed: allPassed - passed, failed: allFailed - failed });
}
for (const [name, { verdict }] of rows) if (verdict === 'failed' && !suites.includes(name)) fail(name);
if (suites.length === 0) fail('no suite ran');
const notJudged = cells.filter(({ isJudged }) => !isJudged);
if (notJudged.length > cells.length * mostNotJudged) {
  const names = notJudged.map(({ name, kept }) => `${name} (kept waiting ${kept} ms)`).join('\n');
  fail(`${notJudged.length} of ${cells.length} timed cells were not judged: this machine was too busy`, [names]);
}
print();

function addUp(suite) {
  const shards = existsSync(path.join(reports, suite))
    ? readdirSync(path.join(reports, suite)).filter((name) => name.endsWith('.json'))
    : [];
  const of = shards[0]?.split(/[-.]/)[2];
  if (shards.length === 0 || shards.length < Number(of))
    return fail(`${suite}: ${shards.length} of ${of ?? '?'} reports`);
  const results = merged(suite, shards);
  const tests = results.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) fail(`${suite}: it ran no test`);
  for (const { name, status, startTime, endTime, assertionResults } of results) {
    files.push({ suite, file: path.relative('.', name), seconds: (endTime - startTime) / 1_000 });
    const broken = status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
    if (broken) fail(`${suite}: ${path.relative('.', name)}`);
  }
  let skipped = 0;
  for (const { fullName, status, failureMessages, meta } of tests) {
    cells.push(...(meta?.cells ?? []));
    if (status === 'passed') allPassed += 1;
    else if (status === 'failed') fail(`${suite}: ${fullName}`, failureMessages);
    else if (maySkip.includes(suite)) skipped += 1;
    else fail(`${suite}: ${fullName} is ${status}`);
  }
  if (skipped > 0) process.stdout.write(`skipped ${skipped} of ${suite}: what they need is not here\n`);
}

/** vitest's own merge of a suite's shards, as its JSON report. */
function merged(suite, shards) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'incidentfox-tally-'));
  // vitest takes every file of the folder for a report
  for (const name of shards) symlinkSync(path.resolve(reports, suite, name), path.join(scratch, name));
  const output = `${scratch}.json`;
  try {
    execFileSync('npx', ['vitest', `--merge-reports=${scratch}`, '--reporter=json', `--outputFile.json=${output}`], {
      stdio: 'pipe',
    });
  } catch {
    // it ends with 1 where a test failed
  }
  return JSON.parse(readFileSync(output, 'utf8')).testResults;
}

function print() {
  process.stdout.write(`\n${row('step', 'seconds', 'passed', 'failed')}`);
  for (const [name, { seconds, verdict, passed, failed }] of rows) {
    process.stdout.write(row(name, seconds, passed, failed ?? (verdict === 'failed' ? 1 : undefined)));
  }
  process.stdout.write(
    row(
      '',
      steps.reduce((sum, [, seconds]) => sum + Number(seconds), 0),
    ),
  );
  process.stdout.write('\n  slowest test files\n');
  for (const { suite, file, seconds } of files.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10)) {
    process.stdout.write(`  ${seconds.toFixed(0).padStart(7)} s  ${suite}: ${file}\n`);
  }
  if (cells.length > 0) process.stdout.write(`\n  ${cells.length} timed cells, ${notJudged.length} not judged\n`);
  process.stdout.write(`\n${allPassed} passed, ${allFailed} failed\n`);
  process.exitCode = allFailed > 0 ? 1 : 0;
}
