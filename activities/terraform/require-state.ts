import { Problem } from '../../workflows/problem.ts';
import type { Terraform } from './terraform.ts';

/** Throws Problem `state-missing`, or `state-broken`, where it is not known what was made, and so what is to be destroyed. */
export async function requireState(terraform: Terraform): Promise<void> {
  const { kind } = await terraform.state();
  if (kind === 'missing') {
    throw new Problem(
      'state-missing',
      'There is no state of Terraform that would tell what was made',
      'Name the state that deploy wrote (aws.terraform.state in the environment file). If nothing was ever deployed, there is nothing to tear down.',
    );
  }
  if (kind === 'broken') {
    const hint = 'Put a whole one in its place: an older version of the object in S3, or terraform.tfstate.backup.';
    throw new Problem('state-broken', 'The state of Terraform cannot be read', hint);
  }
}
