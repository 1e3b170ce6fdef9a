/**
 * Five suites. `unit` needs nothing but Node; `integration`, `e2e` and `install` need the environment that
 * `make test` starts (see test/README.md) and say so when it is missing; `lifecycle` starts and
 * ends environments of its own.
 */
const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/target/'],
};

export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{crds,operator,worker}/src/**/*.test.ts',
        '<rootDir>/charts/**/*.test.ts',
        '<rootDir>/test/{bench,cluster,compat,demo,docs,engine,images,llm,network,runner,safety,soak,support,workflows}/**/*.test.ts',
      ],
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/{browser,containers,integration,observability}/**/*.test.ts'],
    },
    { ...base, displayName: 'lifecycle', testMatch: ['<rootDir>/test/lifecycle/**/*.test.ts'] },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
    { ...base, displayName: 'install', testMatch: ['<rootDir>/test/install/**/*.test.ts'] },
  ],
};
