/**
 * Picks a share of calls as evenly as can be: of 10 calls with a share of 0.3 it picks 3.
 * The demo draws lots; even spacing has the same mean and needs fewer requests to show it.
 */
export function evenShare(): (share: number) => boolean {
  let due = 0.5;
  return (share) => {
    due += Math.min(share, 1);
    if (due < 1) return false;
    due -= 1;
    return true;
  };
}
