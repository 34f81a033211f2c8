import type { EncryptionContext } from '../format/encryption-context.js';
import { sealItem } from '../format/item.js';
import { padVersion } from '../format/version.js';
import type { Value } from '../format/text.js';
import type { KeyService } from '../keys/key-service.js';
import { invalid, takeContext, takeOptions } from '../operations/options.js';
import { preparePut } from '../operations/prepare-put.js';
import type { SecretStore } from '../stores/secret-store.js';
import { Calls, type CallErrorCode } from './calls.js';
import { MemoryKeyService } from './memory-key-service.js';
import { MemoryStore } from './memory-store.js';
import { replaceMethods } from './replace-methods.js';

/** The exports of `credstash-runtime`, or of `cdk-credstash/runtime`, that call AWS. */
export interface AwsClasses {
  readonly DynamoDbStore: { readonly prototype: SecretStore };
  readonly KmsKeyService: { readonly prototype: KeyService };
}

/** A compartment in memory, for tests. What is in it is sealed as in a real one. */
export class TestCompartment {
  readonly store: SecretStore;
  readonly keyService: KeyService;

  readonly #calls = new Calls();
  readonly #undo: (() => void)[] = [];

  /**
   * @param secrets Values by name, each of which becomes version 1. To put other versions, use
   * `new Credstash(compartment)`.
   * @param options `context` is the encryption context of all of them.
   * @throws ERR_VALUE_TOO_LARGE, ERR_INVALID_ARGUMENT
   * @example
   * const secrets = new Credstash(new TestCompartment({ 'app/db.password': 's3cr3t' }));
   */
  constructor(
    secrets: Readonly<Record<string, Value>> = {},
    options: { readonly context?: EncryptionContext | undefined } = {},
  ) {
    const { context = {} } = takeOptions<typeof options>(options, { context: takeContext });
    const store = new MemoryStore(this.#calls);
    const keyService = new MemoryKeyService(this.#calls, (key) => store.nameOf(key));
    for (const [name, value] of Object.entries(secrets)) {
      const { value: bytes, digest } = preparePut(store.limits, name, value, { context });
      const identity = { name, version: padVersion(1) };
      store.add(sealItem(identity, bytes, keyService.newDataKey(context), { digest }));
    }
    this.store = store;
    this.keyService = keyService;
  }

  /**
   * Let every `Credstash` of a module work on this compartment instead of AWS: also one that exists
   * already, but for those with a `store` and `keyService` of their own.
   *
   * @param module `credstash-runtime` or `cdk-credstash/runtime`, as `import * as runtime` gives it.
   * @returns This compartment.
   * @throws ERR_INVALID_ARGUMENT if it is not that module
   * @example
   * const compartment = new TestCompartment({ 'app/db.password': 's3cr3t' }).mock(runtime);
   */
  mock(module: AwsClasses): this {
    const { DynamoDbStore, KmsKeyService } = Object(module) as Partial<AwsClasses>;
    if (!DynamoDbStore || !KmsKeyService) {
      throw invalid(
        'The module must be all that credstash-runtime exports: `import * as runtime`.',
      );
    }
    this.#undo.push(
      replaceMethods(DynamoDbStore.prototype, this.store),
      replaceMethods(KmsKeyService.prototype, this.keyService),
    );
    return this;
  }

  /** Undo {@link mock}. */
  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /**
   * Let calls to AWS fail, until {@link recover}, those that can fail with this code.
   *
   * @param code With which methods of `Credstash` then reject.
   * @param name Only calls about the secret of this name. A scan is about none.
   * @throws ERR_INVALID_ARGUMENT if no call can fail with this code
   * @example
   * compartment.fail('ERR_THROTTLED');
   */
  fail(code: CallErrorCode, name?: string): void {
    this.#calls.fail(code, name);
  }

  /** Let all calls succeed again. */
  recover(): void {
    this.#calls.recover();
  }
}
