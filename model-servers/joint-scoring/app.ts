/** The joint-scoring step: a crop comes in and is acknowledged; its grade goes to where its request's scores go. */
import { encodeRefusal } from '#platform/bus/receipt.ts';
import type { App, Surroundings } from '#platform/process/run.ts';
import { oneCallForWhatWaits } from '../sidecar/one-call-for-what-waits.ts';
import { netsOf, type SidecarValues, startSidecar } from '../sidecar/run-sidecar.ts';
import { scoreCrop } from './score-crop.ts';
import { DEFAULT_THRESHOLD, MODEL } from './scoring-model.ts';

export const startApp = (values: SidecarValues, surroundings: Surroundings): Promise<App> =>
  startSidecar(
    {
      step: 'joint-scoring',
      models: [MODEL],
      encodeRefusal,
      createHandler({ client, describe }) {
        const infer = oneCallForWhatWaits(client, (...model) => describe(...model).maxBatch);
        const netOf = netsOf(describe, DEFAULT_THRESHOLD);
        return (work) => scoreCrop(work, { infer, netOf, log: surroundings.log });
      },
    },
    values,
    surroundings,
  );
