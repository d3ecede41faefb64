/** What changes while nothing happens. */
const ofTheClock = new Set(['secondsLeft', 'soFar']);

/** Tells looks at a lab apart that differ in more than the time that is left, and what it has cost meanwhile. */
export function changeKey(document: object): string {
  return JSON.stringify(document, (name, value: unknown) => (ofTheClock.has(name) ? undefined : value));
}
