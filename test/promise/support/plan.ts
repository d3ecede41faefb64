import { randomFrom } from '../../support/random.ts';

/** What is done to an incident, and when (ms after it is active); each also ends by itself at its deadline. */
export type Deed = 'nothing' | 'stop' | 'cancel' | 'extend' | 'terminate';

export interface Planned {
  /** which of the scenarios, each on a flag of its own */
  lane: number;
  /** ms */
  duration: number;
  deed: Deed;
  /** share of the duration after which the deed is done */
  after: number;
}

export interface SoakPlan {
  incidents: Planned[];
  /** kills during the soak, as shares of its incidents that have begun by then */
  kills: { part: 'worker' | 'temporal'; at: number }[];
}

const deeds: Deed[] = ['nothing', 'nothing', 'nothing', 'stop', 'stop', 'cancel', 'extend', 'extend'];

/** The same plan for the same seed: `count` incidents, dealt to `lanes` flags. */
export function planSoak(seed: number, count: number, lanes: number): SoakPlan {
  const next = randomFrom(seed);
  const incidents = Array.from({ length: count }, (_, index): Planned => {
    const rare = next() < 0.03;
    const deed = rare ? 'terminate' : (deeds[Math.floor(next() * deeds.length)] ?? 'nothing');
    return { lane: index % lanes, duration: 1_000 + Math.floor(next() * 2_500), deed, after: next() };
  });
  // eight for five hundred: one that comes before everybody is up again after the last would prove nothing
  const number = Math.max(2, Math.round(count / 62.5));
  const kills = Array.from({ length: number }, (_, index) => ({
    part: next() < 0.7 ? ('worker' as const) : ('temporal' as const),
    at: (index + 0.5 + next() * 0.4) / number,
  }));
  return { incidents, kills };
}
