import { awscdk, cdk, javascript } from 'projen';

/** The published floor: one version serves cdk-nag 3 (>= 2.257) and integ-runner (cloud assembly schema <= 53). */
const CDK_VERSION = '2.257.0';
/** The QLDB clients ended here; their siblings move on. */
const QLDB_SDK_VERSION = '3.918.0';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-ledger',
  description: 'Verifiable ledgers as code: a QLDB-compatible ledger service, journal exports and journal streams as AWS CDK constructs',
  author: 'The cdk-ledger authors',
  authorAddress: 'maintainers@cdk-ledger.dev',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-ledger/cdk-ledger.git',
  license: 'Apache-2.0',
  copyrightOwner: 'The cdk-ledger authors',
  copyrightPeriod: '2026',
  keywords: ['qldb', 'ledger', 'journal', 'audit', 'immutable', 'amazon-ion', 'partiql', 'kinesis', 's3'],
  defaultReleaseBranch: 'main',
  majorVersion: 0,
  stability: 'experimental',

  projenVersion: '0.103.25',
  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.16.0',
  cdkVersion: CDK_VERSION,
  constructsVersion: '10.5.1',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  bumpPackage: 'commit-and-tag-version@^12',
  validateTsconfig: cdk.ValidateTsconfig.STRICT,
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    compilerOptions: { rootDir: '.' },
    include: ['src/**/*.ts', 'test/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts', 'local-aws/**/*.ts', '.projenrc.ts'],
    exclude: ['node_modules', '**/cdk.out'],
  },

  publishToPypi: { distName: 'cdk-ledger', module: 'cdk_ledger' },
  publishToMaven: {
    javaPackage: 'io.github.cdkledger',
    mavenGroupId: 'io.github.cdk-ledger',
    mavenArtifactId: 'cdk-ledger',
    mavenServerId: 'central-ossrh',
  },
  publishToNuget: { dotNetNamespace: 'CdkLedger', packageId: 'CdkLedger' },
  publishToGo: { moduleName: 'github.com/cdk-ledger/cdk-ledger-go', packageName: 'cdkledger' },

  bin: { 'cdk-ledger': 'assets/cli/index.js' },
  // Everything below runs bundled (assets/) or only at development time: the library itself depends on aws-cdk-lib alone.
  devDeps: [
    `@aws-sdk/client-qldb@${QLDB_SDK_VERSION}`,
    `@aws-sdk/client-qldb-session@${QLDB_SDK_VERSION}`,
    '@aws-sdk/client-cloudformation@3.1143.0',
    '@aws-sdk/client-dynamodb@3.1143.0',
    '@aws-sdk/client-kinesis@3.1143.0',
    '@aws-sdk/client-s3@3.1143.0',
    '@aws-sdk/client-s3-control@3.1112.0',
    '@aws-sdk/client-sts@3.1143.0',
    '@aws-sdk/client-workmail@3.1048.0',
    '@aws-cdk/integ-runner@2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
    '@aws-sdk/credential-providers@3.1143.0',
    '@aws-sdk/xml-builder@3.972.43',
    '@smithy/node-http-handler@4.14.2',
    '@smithy/signature-v4@5.7.5',
    '@types/aws-lambda@8.10.164',
    '@types/node@^20',
    '@types/pg@8.23.1',
    'amazon-qldb-driver-nodejs@3.1.0',
    'aws-cdk@2.1148.1',
    'aws-kinesis-agg@4.2.8',
    'cdk-nag@3.0.2',
    'cli-table3@0.6.5',
    'commander@14.0.3',
    'esbuild@0.28.2',
    'execa@9.6.0',
    'fast-check@4.10.2',
    'ion-hash-js@2.1.0',
    'ion-js@5.2.1',
    'jsbi@3.2.5',
    'listr2@9.0.5',
    'pg@8.23.1',
  ],

  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      collectCoverage: false,
      maxWorkers: 2,
      testTimeout: 30_000,
      testPathIgnorePatterns: ['/node_modules/', '\\.heavy\\.test\\.ts$'],
    },
  },
  eslintOptions: { dirs: ['src', 'test', 'examples', 'local-aws', 'bench', 'projenrc'], tsconfigPath: './tsconfig.dev.json', projectService: false },
  lambdaAutoDiscover: false,
  integrationTestAutoDiscover: false,
  typecheckTests: true,
  docgen: true,
  githubOptions: { mergify: false },
  depsUpgrade: false,
  sampleCode: false,
  npmignoreEnabled: true,
  gitignore: ['/assets/', '/.local-aws/', 'cdk.out/', '/dist-code/', '.jsii.tabl.json', '/.demo/', '/.drivers/'],
});

// lmdb ships prebuilt as npm packages; only `cdk-ledger serve` loads it, so a failed install must not break a CDK app.
project.package.addField('optionalDependencies', { lmdb: '3.5.6' });

// Their next releases are not published for every platform, which leaves holes in the lock file that `npm ci` refuses.
project.package.addPackageResolutions('unrs-resolver@1.12.2', 'msgpackr-extract@3.0.4');

for (const path of ['/dist-code/', '/examples/', '/bench/', '/local-aws/', '/docs/', '/.ci/', '/.local-aws/', '/.demo/', '/.drivers/', 'cdk.out', '/rosetta/',
  '.jsii.tabl.json', '/tsconfig.dev.json', '/scripts/', '/integ.config.json']) {
  project.addPackageIgnore(path);
}
// The library is one file; the modules that it is made of only tell their types.
project.addPackageIgnore('/lib/*.js');
project.addPackageIgnore('!/lib/index.js');
project.package.addField('jsiiRosetta', { strict: true });
// Only the rooms that consumers load are packed: the rest runs from assets/.
for (const room of ['cli', 'custom-resources', 'engine', 'ion', 'journal', 'partiql', 'service', 'store']) project.addPackageIgnore(`/lib/${room}/`);

const bundle = project.addTask('bundle', {
  exec: 'node scripts/bundle.mjs',
  description: 'Bundle the Lambda handlers, the service and the command line into assets/',
});
project.preCompileTask.spawn(bundle);
project.compileTask.exec('node scripts/one-file.mjs');
const rosetta = project.addTask('rosetta', { exec: 'jsii-rosetta extract --strict --compile', description: 'Compile every snippet of README and docstrings' });
// Tests deploy the bundles and hold the library to what jsii makes of it, so both are made first.
project.testTask.prependSpawn(rosetta);
project.testTask.prependSpawn(project.compileTask);
project.testTask.prependSpawn(bundle);

const demo = project.addTask('demo', { description: 'Deploy the dependency ledger on a local AWS, export, stream and verify it' });
demo.spawn(bundle);
demo.exec('node -r ts-node/register/transpile-only examples/dependency-ledger/demo.ts', {
  receiveArgs: true,
  env: { TS_NODE_PROJECT: 'tsconfig.dev.json', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
});
project.addTask('integ', {
  exec: 'integ-runner',
  receiveArgs: true,
  env: { TS_NODE_TRANSPILE_ONLY: '1' },
  description: 'Compare the integration apps with their snapshots, or write these anew',
});
project.addTask('bench', { exec: 'node scripts/bench.mjs', receiveArgs: true, description: 'Measure against peers in the same run, as ratios' });
const heavy = project.addTask('test:heavy', {
  exec: "jest --testPathIgnorePatterns /node_modules/ --testMatch '<rootDir>/test/**/*.heavy.test.ts'",
  description: 'The long suites in full',
});
heavy.prependSpawn(project.compileTask);
heavy.prependSpawn(bundle);

// Who may import whom. A room may import itself, the rooms listed here, and packages; anything else is a defect.
const ROOMS: Record<string, string[]> = {
  'ion': [],
  'journal': ['ion'],
  'partiql': ['ion'],
  'store': [],
  'engine': ['ion', 'journal', 'partiql', 'store'],
  'service': ['ion', 'journal', 'engine', 'store'],
  'client': [],
  'custom-resources': ['client'],
  'cli': ['ion', 'journal', 'service', 'store', 'engine', 'client'],
};
project.eslint?.addRules({
  'no-bitwise': 'off', // Ion, protobuf and hashes are made of bits
  'import/no-restricted-paths': ['error', {
    zones: [
      ...Object.entries(ROOMS).map(([room, allowed]) => ({
        target: `./src/${room}`,
        from: './src',
        except: [room, ...allowed].map(name => `./${name}`),
        message: `src/${room} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
      })),
      {
        target: './src/*.ts',
        from: './src/*/**',
        message: 'Public constructs refer to bundles under assets/, never to the rooms below them.',
      },
    ],
  }],
});
project.eslint?.addOverride({
  files: ['src/service/**', 'src/store/**', 'src/custom-resources/**', 'src/cli/**', 'src/client/**', 'examples/**', 'local-aws/**', 'bench/**'],
  rules: { 'import/no-extraneous-dependencies': ['error', { devDependencies: true, optionalDependencies: true }] },
});
project.eslint?.addOverride({ files: ['**/*.ts'], rules: { '@typescript-eslint/member-ordering': 'off' } });


project.synth();
