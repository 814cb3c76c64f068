/**
 * Days in the life of a small tenant, for the tests of the built-in hunts.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { runHunts } from '../../src/hunts/run_hunts.ts'
import { bind, fill, guid, issuance, openWorld, type Row, type World } from '../world.ts'

export const DAY = 24
export const ANNA = 'anna@a.example.org'
export const BORIS = 'boris@a.example.org'
export const OFFICE = '198.51.100.20'
export const HOTEL = '203.0.113.77'
export const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/113.0.0.0'
export const LINUX = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/113.0.0.0'
export const REST = 'Client=REST;Client=RESTSystem;;'
export const OWA = '00000002-0000-0ff1-ce00-000000000000'

export interface Life extends World {
  readonly name: string
  /** The accesses that must be hits, and no other. */
  readonly hit?: readonly Row[]
}

export const used = (at: number, token: number, fields: Row = {}): Row =>
  bind(ANNA, at, [`<${at}.${token}@example.org>`], {
    token_id: guid(token),
    token_state: 'present',
    ip: OFFICE,
    client: WINDOWS,
    app_id: OWA,
    ...fields,
  })
export const issued = (at: number, token: number, fields: Row = {}): Row =>
  issuance(at, ANNA, { token_id: guid(token), ip: OFFICE, client: WINDOWS, ...fields })
/** Anna at her desk: shows that the application's tokens are used where they are issued. */
export const desk: { readonly issuance: Row; readonly access: Row } = {
  issuance: issued(0, 1),
  access: used(1, 1),
}

export function world(
  name: string,
  parts: { hit?: readonly Row[]; miss?: readonly Row[] } & World,
): Life {
  const { hit = [], miss = [], ...rest } = parts
  return { ...rest, name, hit, access: [...hit, ...miss, ...(rest.access ?? [])] }
}

export const APP = 'aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb'
export const appReads = (at: number, fields: Row = {}): Row =>
  bind(ANNA, at, [`<${at}@example.org>`], {
    actor_kind: 'app',
    principal: '',
    client_app_id: APP,
    ip: HOTEL,
    ...fields,
  })
/** Three mailboxes at work for three weeks, each from the office with the same client. */
export const crowd: readonly string[] = [ANNA, BORIS, 'clara@a.example.org', 'dora@a.example.org']
export const weeks = (fields: Row = {}): Row[] =>
  crowd.flatMap((who, index) =>
    Array.from({ length: 21 }, (_, day) =>
      bind(who, day * DAY + 9 + index, [], {
        ip: `198.51.100.${index}`,
        client: WINDOWS,
        app_id: OWA,
        ...fields,
      }),
    ),
  )
export const late = (who: string, fields: Row = {}): Row =>
  bind(who, 15 * DAY, ['<late@example.org>'], {
    ip: HOTEL,
    client: WINDOWS,
    app_id: OWA,
    ...fields,
  })

/** Tests that each hunt hits what it must and nothing else, on every life. */
export function testHunts(cases: Readonly<Record<string, readonly Life[]>>): void {
  let opened: Awaited<ReturnType<typeof openWorld>>
  before(async () => {
    opened = await openWorld()
  })
  after(() => opened.close())
  for (const [id, lives] of Object.entries(cases)) {
    describe(id, () => {
      for (const life of lives) {
        it(life.name, async () => {
          await fill(opened.session, life)
          const [result] = await runHunts(opened.session, { only: [id], limit: 1000 })
          const found = result?.rows.map((row) => row.recordId) ?? []
          const expected = (life.hit ?? []).map((row) => String(row['record_id']))
          assert.deepEqual(new Set(found), new Set(expected))
          assert.equal(result?.hits, expected.length)
        })
      }
    })
  }
}
