/** Lint rules: typescript-eslint's type-aware set, plus the few habits of this code base that a rule can check. */
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', '.bundles/', 'coverage/', 'node_modules/', '**/generated/'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-member-accessibility': ['error', { accessibility: 'no-public' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      // Hot paths check their bounds once and index many times; the compiler cannot see that.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: ['error', 'always'],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals or a const object.' },
        {
          selector:
            "PropertyDefinition[accessibility='private'], MethodDefinition[accessibility='private'][kind!='constructor']",
          message: 'Use #private.',
        },
      ],
    },
  },
  {
    files: ['web/**'],
    languageOptions: { parserOptions: { project: './web/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  {
    // A table: all that the page says, for who translates it.
    files: ['web/src/texts.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // A promise that nobody awaits goes through util/guard.ts: `void` would let its error end the process.
    files: ['src/{broker,connection,embed,management,metrics,store,tls}/**'],
    rules: { '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }] },
  },
  {
    // Tools configured by a default export, and scripts that talk to a person.
    files: ['*.config.js', '*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['bin/**', 'scripts/**', 'bench/**', 'examples/**', 'docker/**', 'test/package/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**'],
    // Scenarios of one subject stay together even where they are many.
    rules: { 'max-lines': ['error', { max: 600 }] },
  },
  {
    // The entry point must parse on any Node, to be able to say that it is too old; projects of their own have their own types.
    files: ['bin/**', 'docker/**', 'examples/testing/**', '*.js'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['examples/testing/jest/**'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
