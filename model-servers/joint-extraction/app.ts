/** The joint-extraction step: finds the joints of one radiograph and sends each crop on as soon as it is cut. */
import { encodeRefusal } from '#platform/bus/receipt.ts';
import type { App, Surroundings } from '#platform/process/run.ts';
import { oneCallForWhatWaits } from '../sidecar/one-call-for-what-waits.ts';
import { netsOf, type SidecarValues, startSidecar } from '../sidecar/run-sidecar.ts';
import { extractJoints } from './extract-joints.ts';
import { MODEL as LOCALISATION } from './localisation-model.ts';
import { createLocator } from './locate-joints.ts';
import { MODEL as REFINEMENT } from './refinement-model.ts';
import { createCropSender } from './send-crop.ts';

/** The least `confidence` of a joint that is there, where a model's config names none. */
const THRESHOLD = 0.5;

export const startApp = (values: SidecarValues, surroundings: Surroundings): Promise<App> =>
  startSidecar(
    {
      step: 'joint-extraction',
      models: [LOCALISATION, REFINEMENT],
      encodeRefusal,
      createHandler({ bus, client, describe }) {
        const infer = oneCallForWhatWaits(client, (...model) => describe(...model).maxBatch);
        const locator = createLocator(infer, netsOf(describe, THRESHOLD));
        const parts = { bus, locator, sendCrop: createCropSender(bus), log: surroundings.log };
        return (work) => extractJoints(work, parts);
      },
    },
    values,
    surroundings,
  );
