/** The store that the contract is held against. */
import { type Description, LedgerReader, openHome } from '../src/index.ts'
import { ISSUER } from './tokens.ts'

export type Wanted = Omit<Description, 'key'>

let make: ((folder: string, wanted: Wanted) => Promise<unknown>) | undefined

/** @param maker makes a ledger whose keys are in the folder, and whose record is in the store */
export function useStore(maker: (folder: string, wanted: Wanted) => Promise<unknown>): void {
  make = maker
}

/** Makes a ledger of one issuer, `agency`, with a shard a day. */
export async function newLedger(folder: string, more: Partial<Wanted> = {}): Promise<string> {
  if (make === undefined) throw new Error('no store is named')
  await make(folder, wantedLedger(more))
  return folder
}

export function wantedLedger(more: Partial<Wanted> = {}): Wanted {
  return {
    name: 'ledger.example.org',
    period: 'day',
    issuers: new Map([['agency', ISSUER]]),
    maxLifetimeMs: 3_600_000,
    skewMs: 60_000,
    retentionDays: undefined,
    ...more,
  }
}

export async function readerOf(folder: string): Promise<LedgerReader> {
  return await LedgerReader.open((await openHome(folder)).read)
}
