/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config'),
  testMatch: ['<rootDir>/test/interop/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/interop/global-setup.ts',
  globalTeardown: '<rootDir>/test/interop/global-teardown.ts',
  testTimeout: 120_000,
};
