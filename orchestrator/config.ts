import { accessSettings } from '#platform/access/settings.ts';
import { busSettings, commonSettings } from '#platform/process/common-settings.ts';
import { integer, port } from '#platform/process/settings.ts';
import { versionShares } from './model-versions.ts';

export const settings = {
  ...commonSettings,
  ...busSettings,
  ...accessSettings,
  grpcPort: port('DEEPXRAY_GRPC_PORT', 50051, 'where deepxray.v1 is served over gRPC'),
  maxInFlight: integer(
    'DEEPXRAY_MAX_IN_FLIGHT',
    32,
    { min: 1, max: 10_000 },
    'scorings in hand at once; above it requests are refused at once',
  ),
  maxUploadBytes: integer(
    'DEEPXRAY_MAX_UPLOAD_BYTES',
    32 * 1024 * 1024,
    { min: 1024, max: 512 * 1024 * 1024 },
    'largest file',
  ),
  maxPixels: integer(
    'DEEPXRAY_MAX_PIXELS',
    36_000_000,
    { min: 10_000, max: 500_000_000 },
    'largest image, in pixels; a 35 × 43 cm film at 0.1 mm has 15 million',
  ),
  modelVersions: versionShares(
    'DEEPXRAY_MODEL_VERSIONS',
    'versions of the models and their shares of the requests, as joint-scoring=1:90,2:10;body-part=1, for requests that pin none; the pods’ latest if absent',
  ),
};
