/** A real Prometheus that scrapes a mesh, with the rules of the project, every second. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { AdminPort } from './admin-ports.ts';
import { freePorts } from './free-ports.ts';
import { startProgram } from './program.ts';

const RULES = join(import.meta.dirname, '..', '..', 'deploy', 'observability', 'prometheus', 'rules');

export type Sample = { metric: Record<string, string>; value: [number, string] };

export type Prometheus = {
  query(expr: string): Promise<Sample[]>;
  /** Values that a label has in a metric. */
  labelValues(metric: string, label: string): Promise<string[]>;
  /** Trace ids that its exemplars of a query lead to. */
  traceIds(expr: string): Promise<string[]>;
  /** All targets were scraped at least once, and how that went. */
  targets(): Promise<{ job: string; health: string; lastError: string }[]>;
  stop(): Promise<void>;
};

export async function startPrometheus(path: string, processes: readonly AdminPort[]): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const port = (await freePorts()).DEEPXRAY_HTTP_PORT!;
  const jobs = Map.groupBy(processes, ({ role }) => role);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(RULES, 'recording.yml'), join(RULES, 'alerts.yml')],
    scrape_configs: [...jobs].map(([job_name, some]) => ({
      job_name,
      static_configs: [{ targets: some.map((one) => `127.0.0.1:${one.port}`) }],
    })),
  };
  await writeFile(join(folder, 'prometheus.yml'), stringify(config));
  const ask = async (what: string, parameters: Record<string, string> = {}) => {
    const query = new URLSearchParams(parameters);
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${what}?${query}`);
    const { status, data, error } = (await response.json()) as {
      status: string;
      data: unknown;
      error?: string;
    };
    if (status !== 'success') throw new Error(`${query}: ${error}`);
    return data;
  };
  const program = await startProgram(
    path,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    { isReady: () => ask('targets').then(Boolean) },
  );
  return {
    query: async (expr) => ((await ask('query', { query: expr })) as { result: Sample[] }).result,
    labelValues: async (metric, label) =>
      (await ask(`label/${label}/values`, { 'match[]': metric })) as string[],
    async traceIds(expr) {
      type Series = { exemplars: { labels: { trace_id: string } }[] };
      const now = Date.now() / 1000;
      const when = { start: String(now - 600), end: String(now) };
      const series = (await ask('query_exemplars', { query: expr, ...when })) as Series[];
      return series.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
    },
    async targets() {
      type Target = { scrapePool: string; health: string; lastError: string };
      const { activeTargets } = (await ask('targets')) as { activeTargets: Target[] };
      return activeTargets.map(({ scrapePool, health, lastError }) => ({
        job: scrapePool,
        health,
        lastError,
      }));
    },
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
