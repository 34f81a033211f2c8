import { ServiceError } from './service';

/** An answer of HTTP. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const JSON_TYPE = 'application/x-amz-json-1.1';
const XML_TYPE = 'text/xml';

/** KMS and DynamoDB speak JSON; IAM and STS take forms and answer XML. */
export function answer(isJson: boolean, action: string, result: unknown): Answer {
  if (isJson) return { status: 200, type: JSON_TYPE, body: JSON.stringify(result ?? {}) };
  const body = xml({ [`${action}Response`]: { [`${action}Result`]: result ?? {} } });
  return { status: 200, type: XML_TYPE, body };
}

export function errorAnswer(isJson: boolean, error: ServiceError): Answer {
  const { code, message, status, details } = error;
  if (isJson) {
    return { status, type: JSON_TYPE, body: JSON.stringify({ __type: code, message, ...details }) };
  }
  const body = xml({ ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: message } } });
  return { status, type: XML_TYPE, body };
}

function xml(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escape(String(value));
  if (Array.isArray(value)) return value.map((member: unknown) => xml({ member })).join('');
  return Object.entries(value)
    .map(([name, content]) => `<${name}>${xml(content)}</${name}>`)
    .join('');
}

function escape(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
