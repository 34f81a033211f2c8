import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig(
  { ignores: ['build', 'cdk.out', 'dist', 'runtime/dist'] },
  { files: ['**/*.ts'], extends: [ts.configs.strict, ts.configs.stylistic] },
  {
    // Promises and buffers live here, so here the types are consulted too.
    files: ['runtime/src/**/*.ts', '{testbed,demo}/**/*.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
);
