/** What tests of the ledger share with those of other packages. */
export {
  claims,
  frontEndKey,
  ISSUER,
  issuanceFor,
  type MadeLedger,
  makeLedger,
  post,
  published,
  serve,
  token,
} from './ledger_world.ts'
export { WrittenLedger } from './written_ledger.ts'
