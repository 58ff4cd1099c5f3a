import { runProcess } from '#platform/process/run.ts';
import { startApp } from './app.ts';
import { settings } from './config.ts';

await runProcess('gateway', settings, startApp);
