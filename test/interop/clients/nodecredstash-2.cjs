// Answer requests with nodecredstash 2: see ../clients.ts.
const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, CREDSTASH_TABLE: table } = process.env;
const credstash = require('nodecredstash-2')({ table, awsOpts: { region, endpoint } });

require('./node.cjs')(credstash);
