/** Serves the models of a repository over the Open Inference Protocol v2. */
import { runProcess } from '#platform/process/run.ts';
import { startApp } from './app.ts';
import { settings } from './config.ts';

// Since 1.29 onnxruntime's released builds report to their maker over the network and keep a device
// id on disk, unless this is set before the library initialises (microsoft/onnxruntime#27379). What
// runs where patients' images are handled talks to nobody. Set here: a worker thread's own
// `process.env` is a copy that native code never sees.
process.env.ORT_DISABLE_TELEMETRY = '1';

await runProcess('model-server', settings, startApp);
