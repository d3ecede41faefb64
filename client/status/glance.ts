/** One look at a lab: the document that `--json` prints, and the same for people. Throws Problems where nothing can be seen. */
export type Glance = () => Promise<{ document: object; text: () => string }>;
