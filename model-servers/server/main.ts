/** Serves the models of a repository over the Open Inference Protocol v2. */
import { runProcess } from '#platform/process/run.ts';
import { startApp } from './app.ts';
import { settings } from './config.ts';

await runProcess('model-server', settings, startApp);
