/**
 * The one subscription that every report and score for this orchestrator comes to. The correlation id
 * leads each to its radiograph; what belongs to none (late, or another's) is counted and dropped.
 */
import type { Bus, Served } from '#platform/bus/bus.ts';
import { reportAttributes } from '#platform/bus/report-attributes.ts';
import { SUBJECT } from '#platform/bus/subjects.ts';
import type { Logger } from '#platform/process/log.ts';
import { activeSpan } from '#platform/telemetry/tracing.ts';
import { Report } from '#proto/deepxray/bus/v1/bus.ts';
import { soundReport } from './sound-report.ts';

export type OnReport = (report: NonNullable<Report['report']>) => void;

export type ScoreInbox = {
  /** What goes into `score-to`. */
  readonly subject: string;
  /** Reports of this correlation id go to `onReport` until the answered function is called. */
  register(correlationId: string, onReport: OnReport): () => void;
  stop(): Promise<void>;
};

export function openScoreInbox(
  bus: Bus,
  orchestrator: string,
  { log, onDropped }: { log: Logger; onDropped(): void },
): ScoreInbox {
  const registered = new Map<string, OnReport>();
  const subject = SUBJECT.scoresOf(orchestrator);
  const served: Served = bus.serve(
    subject,
    { onError: (err) => log.warn({ err }, 'a report could not be read') },
    ({ payload, envelope }) => {
      const { instance, report: said } = Report.decode(payload);
      const report = said && soundReport(said);
      if (report) activeSpan()?.setAttributes(reportAttributes(report));
      if (report !== said) log.warn({ pod: instance }, 'a pod reported what cannot be true');
      const onReport = registered.get(envelope.correlationId);
      if (!onReport || !report) onDropped();
      else onReport(report);
    },
  );
  return {
    subject,
    register(correlationId, onReport) {
      registered.set(correlationId, onReport);
      return () => void registered.delete(correlationId);
    },
    stop: () => served.drain(),
  };
}
