import { note } from './output.ts';

/** Shows what is being waited for on stderr: a spinner on a terminal, else a line whenever it changes. */
export interface Spinner {
  show(text: string): void;
  succeed(text: string): void;
  fail(text: string): void;
  stop(): void;
}

export async function startSpinner(text: string): Promise<Spinner> {
  // a terminal may say that it is no column wide, and ora would then clear lines for ever
  if (process.stderr.isTTY && process.stderr.columns > 0) {
    const { default: ora } = await import('ora');
    // discarding stdin would swallow Ctrl-C
    const spinner = ora({ text, stream: process.stderr, discardStdin: false }).start();
    return {
      show: (next) => void (spinner.text = next),
      succeed: (last) => void spinner.succeed(last),
      fail: (last) => void spinner.fail(last),
      stop: () => void spinner.stop(),
    };
  }
  let shown = '';
  const show = (next: string): void => {
    if (next !== shown) note(next);
    shown = next;
  };
  show(text);
  return { show, succeed: show, fail: show, stop: () => undefined };
}
