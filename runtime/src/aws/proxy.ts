import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Socket } from 'node:net';

/** The name of the error for a proxy that can't be reached or used. */
export const PROXY_ERROR = 'ProxyError';

/** This machine, and the addresses at which EC2, ECS and EKS give credentials. */
const ALWAYS_DIRECT = /^(localhost|.+\.localhost|127\.[\d.]+|::1|169\.254\.[\d.]+|fd00:ec2::.+)$/;

/** Milliseconds for the proxy to make a connection. */
const TIMEOUT = 3000;

const AGENT_OPTIONS: AgentOptions = { keepAlive: true, maxSockets: 50 };

type Environment = Readonly<Record<string, string | undefined>>;
type Scheme = 'http' | 'https';
type Connect = (error: Error | null, socket?: Socket) => void;
interface Destination {
  readonly host: string;
  readonly port: number | string;
}
/** What `http.Agent` calls for a connection. */
interface Connector {
  createConnection(to: Destination, done: Connect): Socket | undefined;
}

/** The agents for the proxies that the environment names; none if it names none. */
export function proxyAgents(env: Environment): { httpAgent?: HttpAgent; httpsAgent?: HttpsAgent } {
  if (!variable(env, 'http_proxy') && !variable(env, 'https_proxy')) return {};
  return {
    httpAgent: throughProxy(new HttpAgent(AGENT_OPTIONS), 'http', env),
    httpsAgent: throughProxy(new HttpsAgent(AGENT_OPTIONS), 'https', env),
  };
}

function throughProxy<A extends HttpAgent>(agent: A, scheme: Scheme, env: Environment): A {
  const connector = agent as unknown as Connector;
  const direct = connector.createConnection.bind(agent);
  connector.createConnection = (to, done) => {
    const proxy = proxyFor(scheme, to, env);
    if (proxy === undefined) return direct(to, done);
    void tunnel(scheme, proxy, to, done);
    return undefined;
  };
  return agent;
}

async function tunnel(
  scheme: Scheme,
  proxy: string,
  to: Destination,
  done: Connect,
): Promise<void> {
  try {
    const url = proxyUrl(scheme, proxy);
    // Loaded only for a proxy.
    const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent');
    const agent = new (scheme === 'https' ? HttpsProxyAgent : HttpProxyAgent)({ proxy: url });
    Object.assign(agent, { proxy: partsOf(url) });
    const withTimeout = { ...to, timeout: TIMEOUT };
    (agent as unknown as Connector).createConnection(withTimeout, (cause, socket) => {
      if (cause) done(proxyError(`${url.origin}: ${cause.message}`, cause));
      else done(null, socket);
    });
  } catch (error) {
    done(error as Error);
  }
}

function proxyUrl(scheme: Scheme, proxy: string): URL {
  const text = proxy.includes('://') ? proxy : `http://${proxy}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  // Not its value, which may hold a password.
  throw proxyError(`${scheme.toUpperCase()}_PROXY must be the URL of an HTTP proxy`);
}

/** The URL's parts as hpagent uses them: an IPv6 address without brackets, a `%` of its own encoded. */
function partsOf({ protocol, hostname, port, username, password }: URL) {
  const encoded = (text: string) => text.replace(/%(?![0-9a-f]{2})/gi, '%25');
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    username: encoded(username),
    password: encoded(password),
  };
}

function proxyError(message: string, cause?: Error): Error {
  const isServers = /^Bad response: 5/.test(cause?.message ?? '');
  // The SDK retries what has this property, and what has a cause of the network.
  const retryable = isServers ? { $retryable: {} } : {};
  return Object.assign(new Error(message, { cause }), { name: PROXY_ERROR, ...retryable });
}

/** The proxy for a destination, as Python and curl choose it. */
export function proxyFor(
  scheme: Scheme,
  { host, port }: Destination,
  env: Environment,
): string | undefined {
  const proxy = variable(env, `${scheme}_proxy`);
  if (!proxy || ALWAYS_DIRECT.test(host)) return undefined;
  const excluded = (variable(env, 'no_proxy') ?? '').toLowerCase().split(',');
  const isExcluded = excluded.some((entry) => {
    const suffix = entry.trim().replace(/^\*?\.?/, '');
    if (suffix === '') return entry.trim() === '*';
    return [host, `${host}:${port}`].some((it) => it === suffix || it.endsWith(`.${suffix}`));
  });
  return isExcluded ? undefined : proxy;
}

/** Lower case comes first, as elsewhere: an empty one also hides the upper case. */
function variable(env: Environment, name: string): string | undefined {
  return env[name] ?? env[name.toUpperCase()];
}
