/** Tells looks at a lab apart that differ in more than the time that is left. */
export function changeKey(document: object): string {
  return JSON.stringify(document, (name, value: unknown) => (name === 'secondsLeft' ? undefined : value));
}
