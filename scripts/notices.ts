import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Metafile } from 'esbuild';

/** The terms of Apache-2.0, which are the same for every package that has them. */
const APACHE = readFileSync(join(__dirname, '../LICENSE'), 'utf8');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The licences of the packages that are inside bundles.
 *
 * @param root The folder that the metafile's paths are relative to.
 * @throws if a package has no licence text
 */
export function notices({ outputs }: Pick<Metafile, 'outputs'>, root: string): string {
  const packagesByText = new Map<string, string[]>();
  for (const folder of bundledPackages(outputs)) {
    const path = join(root, folder);
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
    const text = licenceText(path, manifest);
    const heading = `${manifest.name} ${manifest.version} (${manifest.license})`;
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), heading]);
  }
  const all = Array.from(packagesByText, ([text, packages]) => [...packages, '', text].join('\n'));
  const separator = `\n\n${'-'.repeat(80)}\n\n`;
  return `Software bundled in this package:${separator}${all.join(separator)}\n`;
}

/** The folders of the packages that have code in the bundles. */
function bundledPackages(outputs: Metafile['outputs']): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = inputs.map((input) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** The licence of a package, and the notices that must go with it. */
function licenceText(folder: string, { name, license }: Manifest): string {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)\b/i.test(file));
  if (files.some((file) => /^licen/i.test(file))) {
    return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  }
  if (license !== 'Apache-2.0') throw new Error(`${name} is bundled, and has no licence text.`);
  return APACHE.trim();
}
