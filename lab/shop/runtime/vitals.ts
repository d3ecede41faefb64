import { PerformanceObserver, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** A thread's own use of time and memory; its totals count from the thread's start. */
export interface Vitals {
  heapUsed: () => number;
  gcSeconds: () => number;
  /** seconds busy and idle */
  loop: () => { active: number; idle: number };
}

/** Starts to watch this thread's event loop, heap and garbage collector. */
export function watchVitals(): Vitals {
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) gcMs += entry.duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    heapUsed: () => getHeapStatistics().used_heap_size,
    gcSeconds: () => gcMs / 1000,
    loop: () => {
      const { active, idle } = performance.eventLoopUtilization();
      return { active: active / 1000, idle: idle / 1000 };
    },
  };
}
