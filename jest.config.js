/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['<rootDir>/{test,runtime/test}/**/*.test.ts'],
  // Types are checked by `tsc --noEmit`: here they are only removed.
  transform: {
    '\\.ts$': [
      'ts-jest',
      {
        tsconfig: {
          esModuleInterop: true,
          isolatedModules: true,
          module: 'CommonJS',
          target: 'ES2023',
        },
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(interop|pack|page)/'],
  modulePathIgnorePatterns: ['<rootDir>/(build|dist|cdk.out)/', '<rootDir>/runtime/dist/'],
  globalSetup: '<rootDir>/test/global-setup.ts',
  setupFiles: ['<rootDir>/testbed/environment.ts'],
  testTimeout: 60_000,
  // Most of the work is done by other processes: the CLI, cdk, servers.
  maxWorkers: '100%',
};
