/** @type {import('jest').Config} */
module.exports = {
  rootDir: '..',
  testEnvironment: '<rootDir>/test/environment.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // jsii writes lib/*.js next to lib/*.ts: the sources are what is tested
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json' }] },
  // tests and examples import the library by its name, as users do
  moduleNameMapper: {
    '^cdk-coding-agents$': '<rootDir>/lib/index.ts',
    // what it costs to start is paid once a worker, not once a suite
    '^@aws/cloudformation-validate$': '<rootDir>/test/validator.js',
  },
  // what was built lies beside the sources, some of it under the name of the library
  modulePathIgnorePatterns: ['<rootDir>/bench/.out', '<rootDir>/dist'],
  // the functions that constructs deploy are bundled from the sources of today
  globalSetup: '<rootDir>/test/bundle.js',
  setupFiles: ['<rootDir>/test/setup.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/cleanup.ts'],
  testTimeout: 60_000,
  // a third one would be faster where suites wait, but some measure time, and a core is then shared
  maxWorkers: 2,
  workerIdleMemoryLimit: '1500MB',
};
