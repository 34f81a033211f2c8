import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/**
 * Start a program that serves HTTP, on a port that is free, and wait until it answers: a minute at
 * most, as several start at once on a busy machine.
 *
 * @param args Its arguments, given the port.
 */
export async function startServer(
  program: string,
  args: (port: string) => string[],
): Promise<{ server: ChildProcess; endpoint: string }> {
  const port = await freePort();
  const server = spawn(program, args(String(port)), { stdio: 'ignore' });
  const endpoint = `http://localhost:${port}`;
  for (let tries = 0; tries < 600 && server.exitCode === null; tries++) {
    if (await fetch(endpoint).catch(() => undefined)) return { server, endpoint };
    await setTimeout(100);
  }
  server.kill();
  throw new Error(`did not start: ${server.spawnargs.join(' ')}`);
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}
