import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import { python } from './install';
import { startServer } from './server';

/** Start moto, on a port that is free, and give its endpoint. */
export async function startMoto(): Promise<{ moto: ChildProcess; endpoint: string }> {
  const script = join(__dirname, 'moto_server.py');
  const { server, endpoint } = await startServer(python('python'), (port) => [
    script,
    '--port',
    port,
  ]);
  return { moto: server, endpoint };
}
