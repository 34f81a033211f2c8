// Answer requests with any nodecredstash: see ../clients.ts.
const { isUtf8 } = require('node:buffer');
const { json } = require('node:stream/consumers');

module.exports = async function answerAll(credstash, where = {}) {
  const answers = [];
  for (const request of await json(process.stdin)) {
    const failed = ({ name, message }) => ({ error: `${name}: ${message}` });
    answers.push(await answer(request).catch(failed));
  }
  process.stdout.write(JSON.stringify(answers));

  async function answer({ value, next, ...request }) {
    const options = { ...where, ...request };
    // It pads numbers, and takes a string as it is.
    if (/^[1-9][0-9]{0,14}$/.test(request.version)) options.version = Number(request.version);
    if (value === undefined) {
      return { value: Buffer.from(await credstash.getSecret(options)).toString('hex') };
    }

    const bytes = Buffer.from(value, 'hex');
    if (!isUtf8(bytes)) return { lacks: 'It takes text.' };
    if (next) options.version = await credstash.incrementVersion(options);
    await credstash.putSecret({ ...options, secret: bytes.toString() });
    return {};
  }
};
