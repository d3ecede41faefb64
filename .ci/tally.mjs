// Adds up vitest's JSON results: node .ci/tally.mjs <directory> "<suite> <suite>…" [<failed step>…]
// Prints what else went wrong, then one line "N passed, N failed"; exits with 1 if anything failed.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The suite of which tests may be skipped, since what they need is not here and cannot be had: the lab on AWS. */
const maySkip = process.env.MAY_SKIP;

const [directory, suites, ...failedSteps] = process.argv.slice(2);
const expected = suites.split(' ').filter(Boolean);
let passed = 0;
let failed = 0;

function fail(what, [message = ''] = []) {
  failed += 1;
  process.stdout.write(`FAILED ${what}\n`);
  // the first lines say what was expected and found; the whole is above, where the suite ran
  for (const line of message.split('\n').slice(0, 8)) if (line.trim()) process.stdout.write(`    ${line}\n`);
}

for (const suite of expected) {
  const before = failed;
  addUp(suite, path.join(directory, `${suite}.json`));
  // vitest can fail without a failed test, by an error that nobody caught
  if (failedSteps.includes(suite) && failed === before) fail(`${suite}: the run itself`);
}
for (const step of failedSteps) if (!expected.includes(step)) fail(step);
if (expected.length === 0) fail('no suite ran');

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

function addUp(suite, file) {
  if (!existsSync(file)) return fail(`${suite}: it left no results`);
  const files = JSON.parse(readFileSync(file, 'utf8')).testResults;
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) fail(`${suite}: it ran no test`);
  for (const { name, status, assertionResults } of files) {
    const broken = status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
    if (broken) fail(`${suite}: ${path.relative('.', name)}`);
  }
  let skipped = 0;
  for (const { fullName, status, failureMessages } of tests) {
    if (status === 'passed') passed += 1;
    else if (status === 'failed') fail(`${suite}: ${fullName}`, failureMessages);
    else if (suite === maySkip) skipped += 1;
    else fail(`${suite}: ${fullName} is ${status}`);
  }
  if (skipped > 0) process.stdout.write(`skipped ${skipped} of ${suite}: what they need is not here\n`);
}
