import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { cases, decrypt } from './kit.js';

interface Request {
  readonly CiphertextBlob: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

/** A KMS that decrypts the wrapped data keys of the kit, which the real one can't. */
export class KitKms {
  private readonly server = createServer((request, response) => {
    void json(request).then((body) => {
      const answer = answerTo(body as Request);
      const status = 'Plaintext' in answer ? 200 : 400;
      response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer));
    });
  });

  static start(): Promise<KitKms> {
    const kms = new KitKms();
    return new Promise((started) => kms.server.listen(0, '127.0.0.1', () => started(kms)));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function answerTo({ CiphertextBlob, EncryptionContext = {} }: Request) {
  if (CiphertextBlob === '') return { __type: 'ValidationException' };
  const wrapped = Buffer.from(CiphertextBlob, 'base64');
  for (const each of cases) {
    const dataKey = decrypt(each, wrapped, EncryptionContext);
    if (dataKey) return { KeyId: 'kit', Plaintext: dataKey.toString('base64') };
  }
  return { __type: 'InvalidCiphertextException' };
}
