import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readIndicators } from '../../src/scope/indicators.ts'
import { guid, type OpenWorld } from '../world.ts'
import { ANN, BOB, type SelectionCase, selectionWorld, theirs } from './selection_world.ts'

/** Kinds of values one by one: `selection.test.ts` has some that combine, and what is refused. */
const cases: readonly SelectionCase[] = [
  { name: 'a session', selection: { sessions: [guid(44).toUpperCase()] }, holds: ['session'] },
  {
    name: 'an attacker list within a mailbox',
    selection: {
      mailboxes: [BOB],
      attacker: readIndicators('192.0.2.1\nMozilla/5.0 (X; Odd').indicators,
    },
    holds: ['agent'],
  },
  { name: 'the other session field', selection: { sessions: [guid(55)] }, holds: ['other'] },
  { name: 'a token', selection: { tokens: [`{${guid(1)}}`] }, holds: ['forged'] },
  { name: 'an address', selection: { ips: ['192.0.2.1:8080'] }, holds: ['forged'] },
  { name: 'a network', selection: { ips: ['192.0.2.0/24'] }, holds: ['forged', 'reused'] },
  { name: 'an IPv6 network', selection: { ips: ['2001:db8::/32'] }, holds: ['other'] },
  { name: 'an application', selection: { apps: [guid(66)] }, holds: ['app'] },
  {
    name: 'a principal, whatever its case',
    selection: { principals: ['ENG@example.net'] },
    holds: ['hunted'],
  },
  {
    name: 'a mailbox under a former name',
    selection: { mailboxes: [ANN], fromMs: Date.UTC(2023, 5, 1, 8, 30) },
    holds: ['alias', 'named'],
  },
  { name: 'an operation', selection: { operations: ['Send'] }, holds: ['named'] },
  {
    name: 'values of one kind',
    selection: { tokens: [guid(1), guid(2)] },
    holds: ['forged', 'reused'],
  },
  {
    name: 'an attacker list, any of it',
    selection: {
      attacker: readIndicators(`192.0.2.1\nClient=OWA;Mozilla/5.0 (X; Odd/9)\nsession: ${guid(55)}`)
        .indicators,
    },
    holds: ['forged', 'other', 'agent'],
  },
  { name: 'an empty attacker list, which is nothing', selection: { attacker: [] }, holds: [] },
]

let world: OpenWorld
before(async () => {
  world = await selectionWorld()
})
after(() => world.close())

describe('a selection by one kind of value', () => {
  for (const { name, selection, holds } of cases) {
    it(`takes ${name}`, async () => assert.deepEqual(await theirs(world.session, selection), holds))
  }
})
