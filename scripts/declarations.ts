import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const RUNTIME = join(__dirname, '../runtime');
const OUTPUT = join(RUNTIME, 'dist/index.d.ts');
/** The same, for CommonJS; and for cdk-credstash/runtime. */
const COPIES = [join(RUNTIME, 'dist/index.d.cts'), join(__dirname, '../build/runtime/index.d.ts')];

/** Roll up what `tsc` declared into one file. */
function rollUp(): void {
  const silent = { logLevel: ExtractorLogLevel.None };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: RUNTIME,
      mainEntryPointFilePath: join(RUNTIME, 'dist/types/index.d.ts'),
      compiler: { tsconfigFilePath: join(RUNTIME, 'tsconfig.json') },
      dtsRollup: { enabled: true, untrimmedFilePath: OUTPUT },
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
  rollUp();
  // Who uses these types may have neither the AWS SDK nor @types/node.
  const imported = /^.*(\bfrom ['"]|\bimport\(|<reference ).*$/m.exec(
    await readFile(OUTPUT, 'utf8'),
  );
  if (imported) throw new Error(`The types must stand alone, but they import: ${imported[0]}`);
  for (const copy of COPIES) {
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(OUTPUT, copy);
  }
}

void main();
