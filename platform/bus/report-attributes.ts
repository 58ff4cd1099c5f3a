/** What the spans of a report say of it: which joint, which attempt, what became of it. */
import type { Attributes } from '@opentelemetry/api';
import type { Report } from '#proto/deepxray/bus/v1/bus.ts';
import { nameOfReason } from '../domain/joint-outcome.ts';
import { jointFromProto } from '../domain/joints.ts';
import { ATTRIBUTE } from '../telemetry/names.ts';

export function reportAttributes(report: NonNullable<Report['report']>): Attributes {
  switch (report.$case) {
    case 'dispatched':
      return about(report.value.position?.joint ?? 0, report.value.attempt);
    case 'scored':
      return {
        ...about(report.value.joint, report.value.attempt),
        [ATTRIBUTE.jointOutcome]: 'scored',
      };
    case 'missing':
      return {
        ...about(report.value.joint, report.value.attempt),
        [ATTRIBUTE.jointOutcome]: nameOfReason(report.value.reason),
      };
    case 'extractionDone':
      return {};
  }
}

const about = (joint: Parameters<typeof jointFromProto>[0], attempt: number): Attributes => ({
  [ATTRIBUTE.joint]: jointFromProto(joint) ?? 'unknown',
  [ATTRIBUTE.attempt]: attempt,
});
