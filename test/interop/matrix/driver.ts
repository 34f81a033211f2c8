import type { Digest } from '../../../runtime/src/format/seal.js';
import type { Answer, Request } from '../clients';
import { connect } from '../peers';

/** Answer requests with this library, as the drivers do with other clients. */
export async function answerAll(table: string, requests: readonly Request[]): Promise<Answer[]> {
  const credstash = connect(table);
  const answers: Answer[] = [];
  for (const request of requests) {
    answers.push(await answer(request).catch((error: unknown) => ({ error: String(error) })));
  }
  return answers;

  async function answer({ name, value, next, digest, ...options }: Request): Promise<Answer> {
    if (value === undefined) {
      const read = await credstash.getBytes(name, options);
      return { value: Buffer.from(read).toString('hex') };
    }
    const put = { ...options, autoVersion: next, digest: digest as Digest };
    await credstash.put(name, Buffer.from(value, 'hex'), put);
    return {};
  }
}
