declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A DynamoDB in memory, over HTTP. Delays are in milliseconds. */
  export default function dynalite(options: {
    createTableMs: number;
    updateTableMs: number;
    deleteTableMs: number;
  }): Server;
}
