/** What the process itself costs, and whether its event loop keeps up. */
import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { ATTRIBUTE } from '../schema/attributes.ts';
import { createHistogram, observe } from './instruments.ts';

const LOOK_AT_LOOP_EVERY_MS = 20;

type GcEntry = { duration: number; detail: { kind: number } };

const GC_TYPES: Record<number, string> = { 1: 'minor', 4: 'major', 8: 'incremental', 16: 'weakcb' };

export function observeProcess(): void {
  observe('cpuTime', (result) => {
    const { user, system } = process.cpuUsage();
    result.observe(user / 1e6, { [ATTRIBUTE.cpuMode]: 'user' });
    result.observe(system / 1e6, { [ATTRIBUTE.cpuMode]: 'system' });
  });
  // Not memoryUsage(): that walks more than is asked for.
  observe('memoryUsage', (result) => result.observe(process.memoryUsage.rss()));
  observe('heapUsed', (result) => result.observe(process.memoryUsage().heapUsed));

  const delay = monitorEventLoopDelay({ resolution: LOOK_AT_LOOP_EVERY_MS });
  delay.enable();
  observe('eventLoopDelay', (result) => {
    // It counts the wait between two looks too.
    result.observe(Math.max(0, delay.percentile(99) / 1e9 - LOOK_AT_LOOP_EVERY_MS / 1000));
    delay.reset();
  });
  let before = performance.eventLoopUtilization();
  observe('eventLoopUtilization', (result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, before).utilization);
    before = now;
  });

  const collections = createHistogram('gcDuration');
  const observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries() as unknown as GcEntry[]) {
      const kind = GC_TYPES[detail.kind] ?? 'major';
      collections.record(duration / 1000, { [ATTRIBUTE.gcType]: kind });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
}
