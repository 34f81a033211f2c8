import { synthesize } from './assembly';
import { installDynamoDbLocal, installPeers } from './install';
import { startMoto } from './moto';
import { buildDrivers } from './toolchains';

/** Install what is needed, and start moto for all tests. */
export default async function globalSetup(): Promise<void> {
  installPeers();
  buildDrivers();
  installDynamoDbLocal();
  synthesize();
  const { moto, endpoint } = await startMoto();
  process.env.MOTO_ENDPOINT = endpoint;
  (globalThis as { moto?: typeof moto }).moto = moto;
}
