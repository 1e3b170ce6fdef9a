/**
 * Four suites. `unit` needs nothing but Node; `integration` and `e2e` need the environment that
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
        '<rootDir>/test/{bench,cluster,demo,docs,engine,images,llm,runner,safety,soak,support,workflows}/**/*.test.ts',
      ],
    },
    { ...base, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.test.ts'] },
    { ...base, displayName: 'lifecycle', testMatch: ['<rootDir>/test/lifecycle/**/*.test.ts'] },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
  ],
};
