/** The rows of the bench's table about tracing. */
import { measureTracingCost, WINDOW_S } from './tracing-cost.ts';

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const row = (name: string, ...cells: (string | number)[]) =>
  name.padEnd(44) +
  cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell).padStart(10)).join('');

export async function tracingRows(
  film: Uint8Array,
  { seconds = 240, toSilence = false } = {},
): Promise<string[]> {
  const { windows, off, on, lost, added, sink } = await measureTracingCost(film, { seconds, toSilence });
  return [
    row('tracing, two meshes at once, 4 clients each', 'films/s', 'core ms'),
    row('  off', off.perSecond, off.coreMs),
    row(
      toSilence ? '  on, to a collector that never answers' : '  on, every request',
      on.perSecond,
      on.coreMs,
    ),
    row(`  over ${windows} windows of ${WINDOW_S} s`, 'median', '95 % low', '95 % high'),
    row('  throughput lost', ...[lost.median, lost.low, lost.high].map(percent)),
    row('  core time added', ...[added.median, added.low, added.high].map(percent)),
    row('  a radiograph to the collector', 'exports', 'kB', 'core ms'),
    row('', sink.exports, sink.kB, sink.coreMs),
  ];
}
