import { TestAws } from '../../testbed/test-aws.js';
import { Credstash, type CredstashOptions } from '../src/index.js';

/** A compartment that is empty before each test, for the administrator. */
export class Secrets {
  test_!: TestAws;
  credstash!: Credstash;
  readonly warnings: string[] = [];

  /** Call it once in a test file. */
  static prepare(): Secrets {
    const secrets = new Secrets();
    beforeAll(async () => {
      secrets.test_ = await TestAws.start();
    });
    beforeEach(() => secrets.empty());
    afterEach(() => secrets.test_.aws.clearFaults());
    afterAll(() => secrets.test_.aws.stop());
    return secrets;
  }

  readonly connect = (options: CredstashOptions = {}): Credstash =>
    new Credstash({
      ...this.test_.clients(),
      onWarning: (warning) => this.warnings.push(warning),
      ...options,
    });

  private async empty(): Promise<void> {
    this.credstash = this.connect();
    for (const { name } of await this.credstash.list()) await this.credstash.delete(name);
    this.warnings.length = 0;
    this.test_.takeCalls();
  }
}
