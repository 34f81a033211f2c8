import type { ChildProcess } from 'node:child_process';

import { python } from './install';
import { startServer } from './server';

/** Start moto, on a port that is free, and give its endpoint. */
export async function startMoto(): Promise<{ moto: ChildProcess; endpoint: string }> {
  const { server, endpoint } = await startServer(python('moto_server'), (port) => ['--port', port]);
  return { moto: server, endpoint };
}
