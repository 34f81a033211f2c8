import { DYNAMODB_LOCAL } from './install';
import { startServer } from './server';

const MAIN = 'software.amazon.dynamodb.services.local.main.ServerRunner';

/** Start DynamoDB Local, in memory, on a port that is free. */
export function startDynamoDbLocal() {
  const java = ['-cp', `${DYNAMODB_LOCAL}/*`, MAIN, '-inMemory', '-disableTelemetry'];
  return startServer('java', (port) => [...java, '-port', port]);
}
