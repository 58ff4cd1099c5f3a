/** NATS as the mesh sees it: who is there, what crosses it, what is refused. */
import { chart, dashboard, quantile } from './panels.ts';

export const nats = () =>
  dashboard(
    {
      uid: 'deepxray-nats',
      title: 'DeepXRay: NATS and pods',
      what: 'Connections, subjects, queue groups, refusals',
    },
    {
      'The connection': [
        chart('Connected', '1, or 0 while nats-server is being sought again', 'none', {
          expr: 'deepxray_bus_connected',
          legend: '{{job}} {{instance}}',
        }),
        chart('Messages', 'across the connection of each process', 'cps', {
          expr: 'sum by (job, deepxray_direction) (rate(deepxray_bus_messages_total[5m]))',
          legend: '{{job}} {{deepxray_direction}}',
        }),
        chart('Bytes', 'radiographs cross once, in pieces; crops are small', 'Bps', {
          expr: 'sum by (job, deepxray_direction) (rate(deepxray_bus_io_bytes_total[5m]))',
          legend: '{{job}} {{deepxray_direction}}',
        }),
      ],
      Subjects: [
        chart('Sent', 'by subject; an error is silence, nobody there, or no connection', 'cps', {
          expr: 'sum by (messaging_destination_name, error_type) (rate(messaging_client_operation_duration_seconds_count[5m]))',
          legend: '{{messaging_destination_name}} {{error_type}}',
        }),
        chart('Processed', 'by subject, and how it ended if not well', 'cps', {
          expr: 'sum by (messaging_destination_name, error_type) (rate(messaging_process_duration_seconds_count[5m]))',
          legend: '{{messaging_destination_name}} {{error_type}}',
        }),
        chart('Processing, p95', 'by subject', 's', {
          expr: quantile(0.95, 'messaging_process_duration_seconds', { by: 'messaging_destination_name' }),
          legend: '{{messaging_destination_name}}',
          exemplars: true,
        }),
      ],
      Pods: [
        chart('A pod is there', 'by step', 'none', {
          expr: 'max by (deepxray_step) (deepxray_step_present)',
          legend: '{{deepxray_step}}',
        }),
        chart('In hand', 'pieces of work, by pod', 'short', {
          expr: 'deepxray_step_in_flight',
          legend: '{{deepxray_step}} {{instance}}',
        }),
        chart(
          'Refused',
          'busy is offered to another pod; too-late came after its deadline or cancel',
          'cps',
          {
            expr: 'sum by (deepxray_step, deepxray_refusal_reason) (rate(deepxray_step_refusals_total[5m]))',
            legend: '{{deepxray_step}}: {{deepxray_refusal_reason}}',
          },
        ),
      ],
    },
  );
