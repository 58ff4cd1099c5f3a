/** The body-part step: a thumbnail comes in, what it shows goes back in the reply. */
import type { App, Surroundings } from '#platform/process/run.ts';
import { BodyPartReply } from '#proto/deepxray/bus/v1/bus.ts';
import { netsOf, type SidecarValues, startSidecar } from '../sidecar/run-sidecar.ts';
import { MODEL } from './body-part-model.ts';
import { classifyBodyPart } from './classify-body-part.ts';

/** The least probability that counts as an answer, where the model's config names none. */
const THRESHOLD = 0.5;

export const startApp = (values: SidecarValues, surroundings: Surroundings): Promise<App> =>
  startSidecar(
    {
      step: 'body-part',
      models: [MODEL],
      encodeRefusal: (refusal) =>
        BodyPartReply.encode({ reply: { $case: 'refusal', value: refusal } }).finish(),
      createHandler({ client, describe }) {
        const netOf = netsOf(describe, THRESHOLD);
        return (work) => classifyBodyPart(work, { client, netOf, log: surroundings.log });
      },
    },
    values,
    surroundings,
  );
