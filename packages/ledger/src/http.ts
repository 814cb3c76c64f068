export { MAX_ENTRIES_BYTES } from './http/ledger_app.ts'
export {
  type LedgerAnswer,
  type LiveAnswers,
  ledgerClient,
  liveAnswers,
  openReader,
  witnessHttp,
} from './http/ledger_client.ts'
export { type Connection, type Listening, listen, type Routes } from './http/listen.ts'
export {
  type LedgerServeOptions,
  type RunningServer,
  serveLedger,
  serveWitness,
} from './http/serve.ts'
export type { Recorded } from './sequence/sequencer.ts'
