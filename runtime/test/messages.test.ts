import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const SOURCES = join(__dirname, '../src');

/** The string literals of the library: of every file outside `cli/`. */
function literals(): [file: string, text: string][] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.ts$/.test(file) && !file.startsWith('cli/'))
    .flatMap((file) => {
      const text = readFileSync(join(SOURCES, file), 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
      const found: [string, string][] = [];
      const visit = (node: ts.Node) => {
        if (ts.isLiteralExpression(node) || ts.isTemplateLiteralToken(node)) {
          found.push([file, node.text]);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
}

test('no message of the library names a flag of the CLI', () => {
  // The flags of the AWS CLI, in a command that is given whole, are not ours.
  const named = literals().filter(([, text]) =>
    / --?[a-z]/.test(text.replace(/aws kms [\w-]+( --key-id)?/g, '')),
  );
  expect(named).toEqual([]);
});

test('no message of the library contains Python syntax', () => {
  expect(literals().filter(([, text]) => /\{'|': '/.test(text))).toEqual([]);
});
