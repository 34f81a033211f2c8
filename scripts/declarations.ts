import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const RUNTIME = join(__dirname, '../runtime');
const DIST = join(RUNTIME, 'dist');
/** Where the types of an entry go: for ES modules, CommonJS, and cdk-credstash/runtime. */
const OUTPUTS = {
  'index.d.ts': ['index.d.ts', 'index.d.cts', '../../build/runtime/index.d.ts'],
  'testing/index.d.ts': ['testing.d.ts', 'testing.d.cts'],
};

/** Roll up what `tsc` declared into one file. */
function rollUp(entry: string, output: string): void {
  const silent = { logLevel: ExtractorLogLevel.None };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: RUNTIME,
      mainEntryPointFilePath: join(DIST, 'types', entry),
      compiler: { tsconfigFilePath: join(RUNTIME, 'tsconfig.json') },
      dtsRollup: { enabled: true, untrimmedFilePath: output },
      messages: {
        extractorMessageReporting: { default: silent },
        tsdocMessageReporting: { default: silent },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(RUNTIME, 'package.json'),
  });
  if (!Extractor.invoke(config).succeeded) throw new Error('The types could not be rolled up.');
}

async function main(): Promise<void> {
  for (const [entry, outputs] of Object.entries(OUTPUTS)) {
    const [output = '', ...copies] = outputs.map((file) => join(DIST, file));
    rollUp(entry, output);
    // Who uses these types may have neither the AWS SDK nor @types/node.
    const imported = /^.*(\bfrom ['"]|\bimport\(|<reference ).*$/m.exec(
      await readFile(output, 'utf8'),
    );
    if (imported) throw new Error(`The types must stand alone, but they import: ${imported[0]}`);
    for (const copy of copies) {
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(output, copy);
    }
  }
}

void main();
