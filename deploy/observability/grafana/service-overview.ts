/** What one looks at first: are radiographs answered, how fast, and what spends the budget? */
import { chart, dashboard, figure, quantile } from './panels.ts';

const GATEWAY = 'job="gateway"';
const SCORING = 'deepxray_scoring_duration_seconds';
const FIRST = 'deepxray_scoring_first_joint_seconds';

export const serviceOverview = () =>
  dashboard(
    {
      uid: 'deepxray-service',
      title: 'DeepXRay: service',
      what: 'Rate, errors and duration as clients see them',
    },
    {
      Objectives: [
        figure('Answered, last hour', 'objective: 99.5 %', 'percentunit', {
          expr: '1 - deepxray:unanswered:ratio_rate1h',
        }),
        figure('First joint within 1 s, last hour', 'objective: 95 %', 'percentunit', {
          expr: '1 - deepxray:first_joint_late:ratio_rate1h',
        }),
        figure('In hand', 'radiographs being scored now', 'short', {
          expr: 'sum(deepxray_scorings_in_flight{job="gateway"})',
        }),
        figure('Steps without a pod', 'anything but 0 means 503 for everybody', 'short', {
          expr: 'sum(1 - max by (deepxray_step) (deepxray_step_present))',
        }),
        figure(
          'Golden hand',
          'largest shift of a probability from the golden answer; 0 is the same',
          'none',
          {
            expr: 'max(deepxray_probe_shift)',
          },
        ),
        figure('Processes up', 'of those that Prometheus knows', 'short', {
          expr: 'sum(up{job=~"gateway|orchestrator|body-part|joint-extraction|joint-scoring|model-server"})',
        }),
      ],
      'As clients see it': [
        chart('Radiographs', 'by how they ended; fault is ours', 'reqps', {
          expr: 'deepxray:scorings:rate5m',
          legend: '{{deepxray_outcome}}',
        }),
        chart(
          'Duration',
          'a dot is a request: it leads to its trace',
          's',
          {
            expr: quantile(0.5, SCORING, { where: `${GATEWAY},deepxray_outcome="ok"` }),
            legend: 'p50',
            exemplars: true,
          },
          { expr: quantile(0.95, SCORING, { where: `${GATEWAY},deepxray_outcome="ok"` }), legend: 'p95' },
          { expr: quantile(0.99, SCORING, { where: `${GATEWAY},deepxray_outcome="ok"` }), legend: 'p99' },
        ),
        chart(
          'Time to the first joint',
          'the objective is 1 s',
          's',
          { expr: quantile(0.5, FIRST, { where: GATEWAY }), legend: 'p50', exemplars: true },
          { expr: quantile(0.95, FIRST, { where: GATEWAY }), legend: 'p95' },
        ),
        chart('Problems by code', 'what clients were told; also why uploads were rejected', 'reqps', {
          expr: 'sum by (deepxray_error_code) (rate(deepxray_errors_total{job="gateway"}[5m])) > 0',
          legend: '{{deepxray_error_code}}',
        }),
        chart('HTTP', 'requests by route and status', 'reqps', {
          expr: 'sum by (http_route, http_response_status_code) (rate(http_server_request_duration_seconds_count[5m]))',
          legend: '{{http_route}} {{http_response_status_code}}',
        }),
        chart(
          'Budget burn',
          'above 1 the month will not last; above 14.4 it is gone in two days',
          'none',
          { expr: 'deepxray:unanswered:ratio_rate1h / 0.005', legend: 'answered' },
          { expr: 'deepxray:first_joint_late:ratio_rate1h / 0.05', legend: 'first joint' },
        ),
      ],
      Processes: [
        chart('Core time', 'cores in use', 'none', {
          expr: 'sum by (job, instance) (rate(process_cpu_time_seconds_total[5m]))',
          legend: '{{job}} {{instance}}',
        }),
        chart(
          'Memory',
          'resident, and the heap within it',
          'bytes',
          { expr: 'process_memory_usage_bytes', legend: '{{job}} {{instance}}' },
          { expr: 'v8js_memory_heap_used_bytes', legend: 'heap {{job}} {{instance}}' },
        ),
        chart(
          'Event loop',
          'how late timers are (p99); a loop that is busy all the time is next',
          's',
          { expr: 'nodejs_eventloop_delay_p99_seconds', legend: '{{job}} {{instance}}' },
          { expr: 'nodejs_eventloop_utilization', legend: 'busy {{job}} {{instance}}' },
        ),
        chart('Garbage collection', 'share of the time', 'percentunit', {
          expr: 'sum by (job, v8js_gc_type) (rate(v8js_gc_duration_seconds_sum[5m]))',
          legend: '{{job}} {{v8js_gc_type}}',
        }),
        chart('Spans lost', 'the collector is slow, full or gone; no request suffers from it', 'cps', {
          expr: 'sum by (job) (rate(deepxray_spans_dropped_total[5m]))',
          legend: '{{job}}',
        }),
        chart(
          'Golden hand',
          'its scores, joint by joint: they must be straight lines',
          'none',
          { expr: 'deepxray_probe_score', legend: '{{deepxray_joint}}' },
          {
            expr: 'sum by (deepxray_outcome) (increase(deepxray_probe_runs_total[5m]))',
            legend: 'runs {{deepxray_outcome}}',
          },
          { expr: quantile(0.95, 'deepxray_probe_duration_seconds'), legend: 'duration p95' },
        ),
      ],
    },
  );
