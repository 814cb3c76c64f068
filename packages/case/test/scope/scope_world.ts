/**
 * Worlds for the tests of scope, and the one loop that runs them.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Scope, scope } from '../../src/scope/scope.ts'
import type { Selection } from '../../src/scope/selection.ts'
import {
  access,
  fill,
  guid,
  type OpenWorld,
  openWorld,
  type Row,
  unissued,
  type World,
} from '../world.ts'

export const ANN: string = 'ann@example.org'
export const BOB: string = 'bob@example.org'
export const EVE: string = 'eve@example.net'
export const NO_ITEMS: Row = {
  item_message_id: [],
  item_id: [],
  item_bytes: [],
  item_folder: [],
  item_subject: [],
}
export const NAMELESS: Row = {
  item_message_id: [''],
  operation: 'AttachmentAccess',
  access_type: '',
}
export const T1: Row = { token_id: guid(1), ip: '192.0.2.1' }
export const sync = (mailbox: string, at: number, folder: string, path = ''): Row =>
  access(at, {
    ...T1,
    mailbox,
    principal: mailbox,
    operation: 'MailItemsAccessed',
    service: 'Exchange',
    record_type: 2,
    access_type: 'Sync',
    synced_folder_id: [folder],
    synced_folder_path: [path],
  })
export const counted = (mailbox: string, folder: string, path: string, items: number): Row => ({
  evidence_id: 1,
  line: 1,
  mailbox,
  folder_id: folder,
  folder_path: path,
  items,
})
export const entry = (
  principal: string,
  organisation: string,
  groups: readonly string[] = [],
): Row => ({
  evidence_id: 1,
  line: 1,
  principal,
  organisation,
  groups,
})

/** What a case looks at: all that is `unissued`, unless `all` says otherwise. */
export interface ScopeCase {
  readonly name: string
  readonly world: World
  readonly selection?: Selection
  readonly gives: (found: Scope) => unknown
  readonly is: unknown
}

/** Accesses that are all unissued, beside others. */
export const theirs = (rows: readonly Row[], more: World = {}): World => ({
  ...more,
  access: [...rows, ...(more.access ?? [])],
  verdicts: new Map([...unissued(...rows), ...(more.verdicts ?? [])]),
})

export const messages = (found: Scope): (number | null)[] => [
  found.messages.lower,
  found.messages.upper,
]
export const copies = (found: Scope): (number | null)[] => [found.copies.lower, found.copies.upper]
export const accounts = (found: Scope): string[] =>
  found.accounts.map((one) => `${one.mailbox} ${one.messages.lower} ${one.messages.upper}`)

/** Runs cases on one case folder, one after the other. */
export function runScopeCases(suites: Readonly<Record<string, readonly ScopeCase[]>>): void {
  let world: OpenWorld
  before(async () => {
    world = await openWorld()
  })
  after(() => world.close())
  for (const [title, cases] of Object.entries(suites)) {
    describe(title, () => {
      for (const { name, world: given, selection = {}, gives, is } of cases) {
        it(name, async () => {
          await fill(world.session, given)
          assert.deepEqual(gives(await scope(world.session, selection)), is)
        })
      }
    })
  }
}
