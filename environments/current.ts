/** Which environment the process works on: a name, or the path of a YAML file; `--environment` sets it. */
export function currentEnvironment(): string {
  return process.env['INCIDENTFOX_ENVIRONMENT'] || 'embedded';
}

/** Whether an environment is given as the path of a file. */
export function isFile(environment: string): boolean {
  return environment.includes('/') || /\.ya?ml$/.test(environment);
}
