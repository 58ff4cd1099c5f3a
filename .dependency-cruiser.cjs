/** The layer rule: processes share `proto/` and `platform/` and never import each other. */
const processes = [
  'gateway',
  'orchestrator',
  'model-servers/server',
  'model-servers/body-part',
  'model-servers/joint-extraction',
  'model-servers/joint-scoring',
];

module.exports = {
  forbidden: [
    ...processes.map((process) => ({
      name: `${process.replace('/', '-')}-stands-alone`,
      comment: 'A process imports proto, platform and itself; what two processes need belongs in platform/.',
      severity: 'error',
      from: { path: `^${process}/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(gateway|orchestrator|model-servers|launcher|cli|synthetic|evaluation)/',
        pathNot: [`^${process}/`, '^model-servers/sidecar/'],
      },
    })),
    {
      name: 'platform-knows-no-process',
      severity: 'error',
      from: { path: '^platform/' },
      to: { path: '^(gateway|orchestrator|model-servers|launcher|cli|synthetic|evaluation)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-dev-dependency-in-production',
      severity: 'error',
      from: {
        path: '^(platform|gateway|orchestrator|model-servers|launcher|cli|synthetic)/',
        pathNot: '\\.test\\.ts$',
      },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
