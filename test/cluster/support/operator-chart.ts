import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../environments/root.ts';
import { type Cleanup, temporaryDirectory } from '../../support/flags.ts';
import { externalSecretsFiles } from './external-secrets-kinds.ts';

/** As the operator's own chart has it in each of its kinds. */
const annotations = `  annotations:
    {{- with .Values.crds.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
`;

/** Makes a stand-in for the operator's chart, which brings its kinds; answers its path. */
export async function operatorChart(cleanup: Cleanup): Promise<string> {
  const directory = path.join(await temporaryDirectory(cleanup), 'external-secrets');
  cpSync(path.join(projectRoot, 'test/cluster/support/operator'), directory, { recursive: true });
  for (const file of await externalSecretsFiles()) {
    const text = readFileSync(file, 'utf8').replace('  annotations:\n', annotations);
    writeFileSync(path.join(directory, 'templates', path.basename(file)), text);
  }
  return directory;
}
