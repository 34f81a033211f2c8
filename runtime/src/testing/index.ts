export type { CallErrorCode } from './calls.js';
export { TestCompartment, type AwsClasses } from './test-compartment.js';
export type { EncryptionContext } from '../format/encryption-context.js';
export type { SealedItem } from '../format/item.js';
export type { DataKey } from '../format/seal.js';
export type { Value } from '../format/text.js';
export type { KeyService } from '../keys/key-service.js';
export type { SecretEntry, SecretStore, StoreLimits } from '../stores/secret-store.js';
