// The layers of the project: what each directory may import of the others. Type imports count, too; that workflows
// take nothing but types from activities is a rule of .oxlintrc.json, since this parser does not tell them apart.
// these import nothing of the project, so that every layer may use them
const contract = '^workflows/(contract|lifecycle-contract|secrets-contract|problem|duration)[.]ts$';
const ownDirectories = '^(scenarios|workflows|activities|worker|client|lab|environments)/';

/** What the files of `from` may import of this project, other than their own directory. */
const layer = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: ownDirectories, pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    layer('client', '^client/', [
      contract,
      '^scenarios/',
      '^activities/(aws/|codec/|flags/|kubernetes/|secrets/|(dependencies|plan|owners|server|target|write-whole|probes/ofrep)[.]ts$)',
      '^environments/',
      '^lab/',
    ]),
    layer('lab', '^lab/', [
      '^activities/(codec/data-converter[.]ts$|flags/|kubernetes/cluster[.]ts$|(command|dependencies|owners|process-ref|server|target|probes/ofrep)[.]ts$)',
      '^environments/',
      '^scenarios/',
      contract,
    ]),
    layer('workflows', '^workflows/', ['^activities/']),
    layer('activities', '^activities/', ['^scenarios/', contract, '^environments/']),
    layer('scenarios', '^scenarios/', [contract, '^environments/root[.]ts$']),
    layer('environments', '^environments/', ['^workflows/problem[.]ts$']),
    layer('worker', '^worker/', ['^(scenarios|workflows|activities|lab|environments)/']),
    {
      name: 'nothing-imports-client-or-worker',
      severity: 'error',
      from: { path: ownDirectories, pathNot: '^(client|worker)/' },
      to: { path: '^(client|worker)/' },
    },
    {
      name: 'flags-stand-alone',
      comment: 'the reconciler and the safety lever must also work where no Temporal answers',
      severity: 'error',
      from: { path: '^activities/flags/' },
      to: {
        path: ['^activities/', 'node_modules/@temporalio/'],
        pathNot: '^activities/(flags/|kubernetes/cluster[.]ts$)',
      },
    },
    {
      name: 'one-caller-of-execa',
      severity: 'error',
      from: { path: ownDirectories, pathNot: '^activities/command[.]ts$' },
      to: { path: ['node_modules/execa/', '^(node:)?child_process$'] },
    },
    {
      name: 'workflows-run-in-the-sandbox',
      comment: 'bundle.ts is a build step, not part of a workflow',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '^workflows/bundle[.]ts$' },
      to: { path: 'node_modules/@temporalio/(worker|client|activity|testing)/' },
    },
    { name: 'no-circles', severity: 'error', from: { path: ownDirectories }, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // the TypeScript parser of dependency-cruiser needs a compiler older than 7
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
