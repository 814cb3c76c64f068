/**
 * A tenant with a sound log, and what is put beside it, for the tests of reconcile.
 *
 * Hours count from 2023-06-01 00:00 UTC. The log runs from hour 0 to hour 199: an interactive and a
 * non-interactive sign-in an hour, a service principal and a managed identity; every record carries its ids.
 *
 * @module
 */
import { access, guid, issuance, type Row } from './world.ts'

export const LOG_HOURS = 200
/** Well inside the log: its look-back and its late arrivals are covered. */
export const NOON = 100

export const ALICE = 'alice@a.example.org'
export const BOB = 'bob@a.example.org'
export const MAIL_APP = '5e1f0000-0000-4000-8000-00000000a001'
export const OWN_APP = '5e1f0000-0000-4000-8000-00000000a002'
export const SERVICE_APP = '5e1f0000-0000-4000-8000-00000000a003'
export const MACHINE_APP = '5e1f0000-0000-4000-8000-00000000a004'

/** Token ids and session ids of our own. */
export const token = (number: number): string => guid(0x700000 + number)
export const session = (number: number): string => guid(0x500000 + number)
/** When Alice's and Bob's everyday tokens are looked at. */
const EVERYDAY = 0x1000

export const timeOf = (hours: number): string =>
  new Date(Date.UTC(2023, 5, 1) + hours * 3_600_000).toISOString().slice(0, 23).replace('T', ' ')

/** One record of the log: a token for Bob, unless `fields` says otherwise. */
export function made(at: number, number: number, fields: Row = {}): Row {
  return issuance(at, BOB, {
    token_id: token(number),
    session_id: session(number),
    app_id: MAIL_APP,
    ...fields,
  })
}

/** One access of Bob's mail with a token. */
export function used(at: number, number: number, fields: Row = {}): Row {
  return access(at, {
    service: 'Exchange',
    operation: 'MailItemsAccessed',
    token_id: token(number),
    token_state: 'present',
    issued_at: timeOf(at - 0.5),
    principal: BOB,
    client_app_id: MAIL_APP,
    ...fields,
  })
}

/** An access whose record has no token id. */
export const bare = (at: number, fields: Row = {}): Row =>
  used(at, 0, {
    token_id: '00000000-0000-0000-0000-000000000000',
    token_state: 'absent',
    ...fields,
  })

/** The tenant's sound log. `change` may alter or drop (undefined) each record. */
export function soundLog(
  change: (row: Row, hour: number) => Row | undefined = (row) => row,
  tenant = 'tenant-a',
): Row[] {
  const rows: Row[] = []
  for (let hour = 0; hour < LOG_HOURS; hour++) {
    const number = EVERYDAY + hour * 4
    const records = [
      made(hour + 0.1, number, { category: 'interactive', principal: ALICE }),
      made(hour + 0.2, number + 1, { category: 'non-interactive', principal: ALICE }),
      made(hour + 0.3, number + 2, {
        category: 'service-principal',
        principal: 'service',
        app_id: SERVICE_APP,
        session_id: '',
      }),
      made(hour + 0.4, number + 3, {
        category: 'managed-identity',
        principal: 'machine',
        app_id: MACHINE_APP,
        session_id: '',
      }),
    ]
    for (const record of records) {
      const changed = change({ ...record, tenant }, hour)
      if (changed !== undefined) rows.push(changed)
    }
  }
  return rows
}

/** Accesses of Alice's whose tokens the sound log has, so that it has shown that it can speak. */
export const everyday = (fields: Row = {}): Row[] =>
  Array.from({ length: 42 }, (_, at) => {
    const hour = 24 * (1 + (at % 6)) + 9 + Math.floor(at / 6)
    const number = EVERYDAY + hour * 4
    return used(hour + 0.5, number, { principal: ALICE, issued_at: timeOf(hour + 0.1), ...fields })
  })

export const without =
  (...categories: readonly string[]) =>
  (row: Row): Row | undefined =>
    categories.includes(String(row['category'])) ? undefined : row
