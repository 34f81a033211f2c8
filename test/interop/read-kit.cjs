// Read every item of the kit with nodecredstash: read-kit.cjs NODECREDSTASH CASES TABLE KMS_ENDPOINT
const [, , nodecredstash, file, table, kmsEndpoint] = process.argv;
const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region } = process.env;
const credstash = require(nodecredstash)({
  table,
  awsOpts: { region, endpoint },
  kmsOpts: { endpoint: kmsEndpoint },
});

/** The value in hex, or the class of the failure. */
async function answer({ item, version, context }) {
  // It pads numbers only.
  const isNumber = /^[0-9]{1,15}$/.test(version);
  try {
    const options = { name: item.name.S, version: isNumber ? Number(version) : version, context };
    return Buffer.from(await credstash.getSecret(options)).toString('hex');
  } catch (error) {
    if (/stored HMAC/.test(error.message)) return 'integrity';
    if (/may not match/.test(error.message)) return 'context';
    return /digest/i.test(error.message) ? 'digest' : 'other';
  }
}

(async () => {
  const answers = {};
  for (const each of require(file).cases) answers[each.name] = await answer(each);
  console.log(JSON.stringify(answers));
})();
