// Answer requests with nodecredstash 3, bundled: see ../clients.ts.
import { CredStash } from 'nodecredstash-3';

import answerAll from './node.cjs';

answerAll(new CredStash(), { tableName: process.env.CREDSTASH_TABLE });
