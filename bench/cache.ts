import { setTimeout } from 'node:timers/promises';

import {
  Credstash,
  type KeyService,
  type SealedItem,
  type SecretStore,
} from '../runtime/src/index.js';

const ENTRIES = 10_000;
const SIZES = [32, 1024];

/** Measure the memory of a full cache, and the time of a get that it serves. */
async function main(): Promise<void> {
  console.log('| bytes of a value | MB | bytes an entry | µs a get |\n| --- | --- | --- | --- |');
  for (const size of SIZES) {
    const credstash = new Credstash({ ...inMemory(), cache: { maxEntries: ENTRIES } });
    await credstash.put('one', new Uint8Array(size));
    const names = Array.from({ length: ENTRIES }, (_, i) => `app/service-${i}/db.password`);
    const before = await memory();
    await credstash.preload(names);
    const taken = (await memory()) - before;
    const start = performance.now();
    for (const name of names) await credstash.getBytes(name);
    const microseconds = ((performance.now() - start) / ENTRIES) * 1000;
    const figures = [size, (taken / 1e6).toFixed(1), Math.round(taken / ENTRIES)];
    console.log(`| ${figures.join(' | ')} | ${microseconds.toFixed(1)} |`);
  }
}

/** A store that has the one secret that is put under every name. */
function inMemory(): { store: SecretStore; keyService: KeyService } {
  let item: SealedItem | undefined;
  const store: Partial<SecretStore> = {
    limits: { nameBytes: 2048, versionBytes: 1024, itemBytes: 400 * 1024 },
    putIfAbsent: (given) => Promise.resolve(Boolean((item = given))),
    latest: (name) => Promise.resolve(item && { ...item, name }),
  };
  const keyService: KeyService = {
    generateDataKey: () =>
      Promise.resolve({ plaintext: new Uint8Array(64), wrapped: new Uint8Array(1) }),
    decrypt: () => Promise.resolve(new Uint8Array(64)),
  };
  return { store: store as SecretStore, keyService };
}

async function memory(): Promise<number> {
  if (!globalThis.gc) throw new Error('run with --expose-gc');
  for (let times = 0; times < 3; times++) {
    globalThis.gc();
    // Buffers are freed a moment later.
    await setTimeout(100);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

void main();
