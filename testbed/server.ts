import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

import { answer, errorAnswer, type Answer } from './answers';
import { authorize } from './authorizer';
import { ACCOUNT, ServiceError, type Input, type Service } from './service';
import { DynamoDb } from './services/dynamodb';
import { Identities, type AccessKey } from './services/iam';
import { KeyStore } from './services/key-store';
import { kms } from './services/kms';
import { tagging } from './services/tagging';
import { isSignedWith, readSignature, timeFault } from './signature';

/** What goes wrong with some calls. */
export interface Fault {
  /** For example `kms:Decrypt`. */
  readonly action: string;
  /** Only calls of which this holds. */
  readonly when?: (input: Input) => boolean;
  /** Milliseconds by which the answer is late. */
  readonly latency?: number;
  /** The code of an AWS error that is answered instead. */
  readonly error?: string;
  /** What that says. */
  readonly message?: string;
  /** What something else than AWS answers instead. */
  readonly answer?: Answer;
  /** The call is done, but its answer never arrives. */
  readonly loseAnswer?: boolean;
  /** How many calls it strikes: all of them, if undefined. */
  readonly times?: number;
}

/** An AWS in this process. */
export class LocalAws {
  /** The calls that were made, for example `dynamodb:Query`, and their parameters. */
  readonly requests: { readonly call: string; readonly input: Input }[] = [];
  /** An access key of a user who may do anything in the account that has the resources. */
  readonly admin: AccessKey;
  /** Milliseconds by which its clock is ahead of this machine's. */
  clockOffset = 0;

  private readonly identities = new Identities();
  readonly dynamodb = new DynamoDb();
  private readonly services: Readonly<Record<string, Service>>;
  private readonly server = createServer((request, response) => {
    // The caller may be gone before it has said everything.
    this.serve(request, response).catch(() => response.destroy());
  });
  private faults: (Fault & { left: number })[] = [];

  private constructor() {
    this.admin = this.identities.createAdministrator(ACCOUNT);
    const keys = new KeyStore();
    this.services = {
      dynamodb: this.dynamodb.service,
      iam: this.identities.iam,
      kms: kms(keys),
      sts: this.identities.sts,
      tag: tagging(keys),
    };
  }

  /** @param port 0 for any that is free. */
  static async start(port = 0): Promise<LocalAws> {
    const aws = new LocalAws();
    aws.server.listen(port, '127.0.0.1');
    await once(aws.server, 'listening');
    return aws;
  }

  /** An access key of a user who may do anything in another account. */
  adminOf(account: string): AccessKey {
    return this.identities.createAdministrator(account);
  }

  get endpoint(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await this.dynamodb.close();
  }

  /** Make calls go wrong, until the faults are cleared. */
  inject(fault: Fault): void {
    this.faults.push({ ...fault, left: fault.times ?? Infinity });
  }

  clearFaults(): void {
    this.faults = [];
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readText(request);
    const target = request.headers['x-amz-target'];
    const isJson = typeof target === 'string';
    const headers = { date: this.now().toUTCString(), 'x-amzn-requestid': randomUUID() };
    let reply;
    let isLost = false;
    try {
      const { service, caller, region } = this.authenticate(request, body);
      const input = isJson
        ? (JSON.parse(body) as Input)
        : Object.fromEntries(new URLSearchParams(body));
      const action = isJson ? target.replace(/^.*\./, '') : String(input.Action);
      this.requests.push({ call: `${service}:${action}`, input });
      const operation = this.find(service)({ action, region, input, caller });
      authorize(service, { action, region, input, caller }, operation);
      const fault = this.strike(`${service}:${action}`, input);
      if (fault?.latency) await setTimeout(fault.latency, undefined, { ref: false });
      if (fault?.answer) {
        const { status, type, body: page } = fault.answer;
        const length = Buffer.byteLength(page);
        response.writeHead(status, { 'content-type': type, 'content-length': length }).end(page);
        return;
      }
      if (fault?.error) throw new ServiceError(fault.error, fault.message ?? 'Injected');
      reply = answer(isJson, action, await operation.run());
      isLost = fault?.loseAnswer ?? false;
    } catch (error) {
      const known = error instanceof ServiceError;
      const internal = new ServiceError('InternalFailure', String(error), 500);
      reply = errorAnswer(isJson, known ? error : internal);
    }
    if (isLost) {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { ...headers, 'content-type': reply.type }).end(reply.body);
  }

  private now(): Date {
    return new Date(Date.now() + this.clockOffset);
  }

  private authenticate(request: IncomingMessage, body: string) {
    const signature = readSignature(request.headers);
    if (!signature) {
      throw new ServiceError('MissingAuthenticationToken', 'The request is not signed.', 403);
    }
    const accessKey = this.identities.accessKey(signature.accessKeyId);
    const token = request.headers['x-amz-security-token'];
    if (!accessKey || accessKey.sessionToken !== token) {
      throw new ServiceError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
        403,
      );
    }
    const { region } = signature;
    // Policies name it otherwise than signatures do.
    const service = signature.service === 'tagging' ? 'tag' : signature.service;
    const code = /^(iam|sts)$/.test(service)
      ? 'SignatureDoesNotMatch'
      : 'InvalidSignatureException';
    const wrongTime = timeFault(String(request.headers['x-amz-date']), this.now());
    if (wrongTime) throw new ServiceError(code, wrongTime, 403);
    if (!isSignedWith(accessKey.secretAccessKey, signature, request.headers, body)) {
      throw new ServiceError(
        code,
        'The request signature we calculated does not match the signature you provided.',
        403,
      );
    }
    return { service, region, caller: accessKey.principal };
  }

  private find(name: string): Service {
    const service = this.services[name];
    if (!service) throw new ServiceError('UnknownOperationException', `No ${name} here`);
    return service;
  }

  private strike(action: string, input: Input): Fault | undefined {
    const fault = this.faults.find(
      (each) => each.action === action && each.left > 0 && (each.when?.(input) ?? true),
    );
    if (fault) fault.left--;
    return fault;
  }
}
