import { AwsError, CredstashError, type ErrorCode, type SecretReference } from '../../errors.js';
import { isNumeric, unpadVersion } from '../../format/version.js';
import { shellQuoted } from './formats.js';
import { printError } from './terminal.js';

/** The messages for errors about a secret: Python credstash's, where it has one. */
const WORDS: Readonly<Partial<Record<ErrorCode, (secret: SecretReference) => string>>> = {
  ERR_NO_NEXT_VERSION: ({ name, latestVersion = '' }) => {
    const current = `Can not autoincrement version. The current version: ${latestVersion} is`;
    if (!isNumeric(latestVersion)) return `${current} not an int`;
    return `${current} the highest there is. If nobody needs it, delete it: credstash delete ${shellQuoted(name)} -v ${latestVersion}`;
  },
  ERR_NOT_TEXT: ({ name }) =>
    `The value of ${name} is not UTF-8. Get it by its exact name, which prints its bytes unchanged.`,
  ERR_SECRET_NOT_FOUND: ({ name, version }) =>
    `Item {'name': '${name}'${version === undefined ? '' : `, 'version': '${version}'`}} couldn't be found.`,
  ERR_VERSION_EXISTS: ({ name, version = '', latestVersion }) => {
    const hint =
      latestVersion === undefined ? '' : ` (the latest is ${unpadVersion(latestVersion)})`;
    return `${name} version ${unpadVersion(version)} is already in the credential store. Use the -v flag to specify a new version${hint}`;
  },
};

/** The flags that choose what an error tells the user to choose. */
const FLAGS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_POLICY_TAKEN:
    'Name other policies with --read-policy and --write-policy, or --compartment; another alias with --key.',
  ERR_TABLE_UNSUITABLE: 'Name another table with --table, or --compartment.',
  ERR_UNTRUSTED: 'To adopt it as it is, add --adopt and that ARN.',
};

/** An error as one line. */
export function describe(error: unknown): string {
  return translate(error).replace(/\s*\n\s*/g, ' ');
}

/** One line on standard error for each secret that failed. */
export function reportFailures(failures: ReadonlyMap<string, Error>): void {
  for (const [name, error] of failures) reportFailure(name, error);
}

export function reportFailure(name: string, error: Error): void {
  printError(`${name}: ${describe(error)}`);
}

function translate(error: unknown): string {
  if (!(error instanceof CredstashError)) {
    return error instanceof Error ? error.message : String(error);
  }
  if (error instanceof AwsError && error.call.service === 'KMS') {
    return `KMS ERROR: ${kmsWords(error)}`;
  }
  if (error.code === 'ERR_INTEGRITY') return `INTEGRITY ERROR: ${error.message}`;
  const words = (error.secret && WORDS[error.code]?.(error.secret)) ?? error.message;
  return [words, FLAGS[error.code] ?? []].flat().join(' ');
}

function kmsWords({ code, message, call }: AwsError): string {
  if (code === 'ERR_CONTEXT_MISMATCH') {
    return 'Could not decrypt hmac key with KMS. The encryption context provided may not match the one used when the credential was stored.';
  }
  const { action, resource, detail, advice } = call;
  const end = advice === undefined ? '' : ` ${advice}`;
  if (action === 'kms:Decrypt') return `Decryption error ${detail}.${end}`;
  if (action === 'kms:GenerateDataKey') {
    return `Could not generate key using KMS key ${resource} (Details: ${detail}).${end}`;
  }
  return message;
}
