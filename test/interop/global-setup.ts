import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { install, python } from './install';

/** Install what is needed, and start moto for all tests. */
export default async function globalSetup(): Promise<void> {
  install();
  const port = await freePort();
  const moto = spawn(python('moto_server'), ['--port', String(port)], { stdio: 'ignore' });
  process.env.MOTO_ENDPOINT = `http://localhost:${port}`;
  (globalThis as { moto?: typeof moto }).moto = moto;
  for (let tries = 0; tries < 100; tries++) {
    if (await fetch(process.env.MOTO_ENDPOINT).catch(() => undefined)) return;
    await setTimeout(100);
  }
  throw new Error('moto did not start');
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}
