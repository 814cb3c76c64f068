export {
  type LedgerAnswer,
  type LiveAnswers,
  ledgerClient,
  liveAnswers,
} from './http/ledger_client.ts'
export { type Connection, type Listening, listen, type Routes } from './http/listen.ts'
export { openReader } from './http/open_ledger.ts'
export {
  type LedgerServeOptions,
  type RunningServer,
  serveLedger,
  serveWitness,
} from './http/serve.ts'
export { witnessHttp } from './http/witness_client.ts'
