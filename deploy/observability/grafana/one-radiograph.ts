/** The way of one radiograph: where its time goes, hop by hop and joint by joint. */
import { chart, choice, dashboard, quantile } from './panels.ts';

const JOINT = 'deepxray_scoring_joint_seconds';

export const oneRadiograph = () =>
  dashboard(
    {
      uid: 'deepxray-radiograph',
      title: 'DeepXRay: one radiograph',
      what: 'Where the time goes, hop by hop and joint by joint; a dot leads to the trace of one',
      choices: [choice('joint', 'deepxray_joint', `${JOINT}_count`)],
    },
    {
      'Hops, in the order of the walk': [
        chart('HTTP, p95', 'the whole request', 's', {
          expr: quantile(0.95, 'http_server_request_duration_seconds', { by: 'http_route' }),
          legend: '{{http_route}}',
          exemplars: true,
        }),
        chart('gRPC as it is called, p95', 'gateway to orchestrator, sidecars to model servers', 's', {
          expr: quantile(0.95, 'rpc_client_call_duration_seconds', { by: 'job, rpc_method' }),
          legend: '{{job}} {{rpc_method}}',
          exemplars: true,
        }),
        chart('gRPC as it is served, p95', 'what the line above has more is the way there and back', 's', {
          expr: quantile(0.95, 'rpc_server_call_duration_seconds', { by: 'job, rpc_method' }),
          legend: '{{job}} {{rpc_method}}',
          exemplars: true,
        }),
        chart(
          'NATS, to the reply or receipt, p95',
          'a receipt needs no model: it is fast unless pods are full',
          's',
          {
            expr: quantile(0.95, 'messaging_client_operation_duration_seconds', {
              by: 'messaging_destination_name',
            }),
            legend: '{{messaging_destination_name}}',
            exemplars: true,
          },
        ),
        chart('Work in the hands of a pod, p95', 'by step', 's', {
          expr: quantile(0.95, 'deepxray_step_duration_seconds', { by: 'deepxray_step' }),
          legend: '{{deepxray_step}}',
          exemplars: true,
        }),
        chart(
          'Errors by hop',
          'faults and deadlines',
          'reqps',
          {
            expr: 'sum by (job, rpc_method, deepxray_outcome) (rate(rpc_client_call_duration_seconds_count{deepxray_outcome=~"fault|deadline"}[5m]))',
            legend: '{{job}} → {{rpc_method}}: {{deepxray_outcome}}',
          },
          {
            expr: 'sum by (deepxray_step, deepxray_outcome) (rate(deepxray_step_duration_seconds_count{deepxray_outcome=~"fault|deadline"}[5m]))',
            legend: '{{deepxray_step}}: {{deepxray_outcome}}',
          },
        ),
      ],
      Joints: [
        chart('Time to each joint, p50', 'from the request on', 's', {
          expr: quantile(0.5, JOINT, { where: 'deepxray_joint=~"$joint"', by: 'deepxray_joint' }),
          legend: '{{deepxray_joint}}',
          exemplars: true,
        }),
        chart(
          'What became of joints',
          'off-film and the like are of the film; failed, unavailable and deadline of the mesh',
          'cps',
          {
            expr: `sum by (deepxray_joint_outcome) (rate(${JOINT}_count{deepxray_joint=~"$joint"}[5m]))`,
            legend: '{{deepxray_joint_outcome}}',
          },
        ),
        chart(
          'Asked again, dropped',
          'joints that were lost or failed; reports that came twice or late',
          'cps',
          {
            expr: 'sum by (deepxray_asked_again_reason) (rate(deepxray_joint_asked_again_total[5m]))',
            legend: 'asked again: {{deepxray_asked_again_reason}}',
          },
          { expr: 'sum(rate(deepxray_report_dropped_total[5m]))', legend: 'dropped' },
        ),
      ],
    },
  );
