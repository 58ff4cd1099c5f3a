/** The models: how long inferences wait and compute, how many go together, which versions run. */
import { chart, choice, dashboard, quantile } from './panels.ts';

const WHERE = 'deepxray_model_name=~"$model"';
const BY = 'deepxray_model_name, deepxray_model_version';
const LEGEND = '{{deepxray_model_name}} {{deepxray_model_version}}';

export const models = () =>
  dashboard(
    {
      uid: 'deepxray-models',
      title: 'DeepXRay: models',
      what: 'Queue against compute, batches, failures, versions',
      choices: [choice('model', 'deepxray_model_name', 'deepxray_inference_compute_seconds_count')],
    },
    {
      Inference: [
        chart('Waiting, p95', 'for a worker and a batch', 's', {
          expr: quantile(0.95, 'deepxray_inference_queue_seconds', { where: WHERE, by: BY }),
          legend: LEGEND,
          exemplars: true,
        }),
        chart('Computing, p95', 'the model, for the whole batch', 's', {
          expr: quantile(0.95, 'deepxray_inference_compute_seconds', { where: WHERE, by: BY }),
          legend: LEGEND,
          exemplars: true,
        }),
        chart('Share of the time spent waiting', 'above 0.7 it is time for more pods', 'percentunit', {
          expr: 'deepxray:inference_queue_share:rate5m',
          legend: '{{deepxray_model_name}}',
        }),
        chart(
          'Inferences',
          'by model and version: a rollout shows as one line that takes over from another',
          'reqps',
          {
            expr: `sum by (${BY}) (rate(deepxray_inference_compute_seconds_count{${WHERE}}[5m]))`,
            legend: LEGEND,
          },
        ),
        chart('Samples that go together', 'mean size of a batch', 'short', {
          expr: `sum by (${BY}) (rate(deepxray_inference_batch_size_sum{${WHERE}}[5m])) / sum by (${BY}) (rate(deepxray_inference_batch_size_count{${WHERE}}[5m]))`,
          legend: LEGEND,
        }),
        chart('Not answered', 'by how they ended; fault is ours', 'reqps', {
          expr: `sum by (${BY}, deepxray_outcome) (rate(deepxray_inference_failures_total{${WHERE}}[5m]))`,
          legend: `${LEGEND} {{deepxray_outcome}}`,
        }),
      ],
    },
  );
