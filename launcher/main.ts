/** `npm start`: the whole mesh on this machine, until Ctrl-C. */
import { type StartOptions, startCommand } from './options.ts';
import { runMesh } from './run-mesh.ts';

const command = startCommand('Runs DeepXRay on this machine until Ctrl-C. For research use only.').name(
  'npm start --',
);

await runMesh(command.parse().opts<StartOptions>(), async (mesh, { console }) => {
  console.print(`
  try it in a browser   ${mesh.url}/docs
  score a radiograph    curl -F xray=@hand.png ${mesh.url}/score
${mesh.tracesUrl ? `  the last requests     ${mesh.tracesUrl}\n` : ''}  stop                  Ctrl-C
`);
  // Until a signal.
  await new Promise<never>(() => undefined);
});
