/** Something that the cluster made itself, which Terraform does not know. */
export interface Made {
  kind: string;
  id: string;
  /** asks AWS to remove it; null: it goes by itself, and is only waited for */
  remove: (() => Promise<unknown>) | null;
}
