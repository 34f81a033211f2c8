import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { python } from './install';

/** Start moto, on a port that is free, and give its endpoint. */
export async function startMoto(): Promise<{ moto: ChildProcess; endpoint: string }> {
  const port = await freePort();
  const moto = spawn(python('moto_server'), ['--port', String(port)], { stdio: 'ignore' });
  const endpoint = `http://localhost:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    if (await fetch(endpoint).catch(() => undefined)) return { moto, endpoint };
    await setTimeout(100);
  }
  moto.kill();
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
