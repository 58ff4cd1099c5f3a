/** The layer rule: processes share `proto/` and `platform/` and never import each other; within one, main → app → edges → the rest. */
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
    {
      name: 'app-is-below-main-alone',
      comment: 'What an app wires must not know the app.',
      severity: 'error',
      from: { path: '^(gateway|orchestrator|model-servers)/', pathNot: ['/main\\.ts$', '\\.test\\.ts$'] },
      to: { path: ['^(gateway|orchestrator)/app\\.ts$', '^model-servers/[a-z-]+/app\\.ts$'] },
    },
    {
      name: 'edges-are-below-the-app-alone',
      comment: 'A use case does not know by which way it was asked.',
      severity: 'error',
      from: {
        path: '^(gateway|orchestrator)/',
        pathNot: [
          '^(gateway|orchestrator)/app\\.ts$',
          '^(gateway/routes|orchestrator/rpc)/',
          '\\.test\\.ts$',
        ],
      },
      to: { path: '^(gateway/routes|orchestrator/rpc)/' },
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
