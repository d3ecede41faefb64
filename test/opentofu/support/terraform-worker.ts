import type { TerraformOptions } from '../../../activities/terraform/options.ts';
import { Terraform } from '../../../activities/terraform/terraform.ts';

/** A worker that applies a plan, to be killed: `terraform-worker <options as JSON> <hash>`. */
const [options = '', hash = ''] = process.argv.slice(2);
const silent = { show: () => undefined, line: () => undefined };
const terraform = new Terraform(JSON.parse(options) as TerraformOptions);
await terraform.apply({ progress: silent, signal: new AbortController().signal }, hash);
