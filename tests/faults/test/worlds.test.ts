import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { campus, firm, type Json, type World } from '../src/index.ts'
import { timeOf, tokenOf } from '../src/world/fields.ts'
import { textOfFile } from '../src/world/format.ts'
import { guidOf, utiOf } from '../src/world/ids.ts'
import { DAY } from '../src/world/times.ts'
import { objectOf, textOf } from '../src/world/world.ts'

const WORLDS = { firm: () => firm(3), campus: () => campus(3, { people: 30 }) }

function accessesOf({ files }: World): { kind: 'audit' | 'graph'; data: Json; id: string }[] {
  return files.flatMap(({ kind, rows }) =>
    kind === 'sign-in'
      ? []
      : rows
          .filter(({ data }) => data['RecordType'] !== 15)
          .map(({ data }) => ({
            kind,
            data,
            id: textOf(data, kind === 'audit' ? 'Id' : 'RequestId'),
          })),
  )
}

function signInIds({ files }: World): Set<string> {
  return new Set(
    files
      .filter(({ kind }) => kind === 'sign-in')
      .flatMap(({ rows }) => rows.map(({ data }) => tokenOf('sign-in', data))),
  )
}

for (const [name, make] of Object.entries(WORLDS))
  describe(`the ${name}`, () => {
    const world = make()
    const accesses = accessesOf(world)
    const issued = signInIds(world)

    it('is the same for the same seed', () => {
      assert.deepEqual(make().files.map(textOfFile), world.files.map(textOfFile))
    })

    it('has a record of every true access, and the truth of every record', () => {
      assert.deepEqual(
        accesses.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1)),
        [...world.truth.keys()].toSorted((a, b) => (a < b ? -1 : 1)),
      )
    })

    it('logs a sign-in for each ordinary token that was made while the logs ran', () => {
      const begin = Math.min(
        ...world.files.flatMap(({ kind, rows }) => rows.map(({ data }) => timeOf(kind, data))),
      )
      const missing = accesses.filter(({ kind, data, id }) => {
        const truth = world.truth.get(id)
        const issuedAt =
          textOf(objectOf(data, 'AppAccessContext'), 'IssuedAtTime') ||
          textOf(data, 'TokenIssuedAt')
        const isWithin = issuedAt !== '' && Date.parse(`${issuedAt.slice(0, 19)}Z`) > begin + DAY
        return (
          isWithin &&
          truth?.forged === '' &&
          truth.app !== 'Office 365 Search Service' &&
          !issued.has(tokenOf(kind, data))
        )
      })
      assert.deepEqual(missing, [])
    })

    it('logs no sign-in for a forged token, unless its id is another’s', () => {
      const forged = accesses.filter(({ id }) => {
        const how = world.truth.get(id)?.forged ?? ''
        return how !== '' && how !== 'reused-id-of-another'
      })
      assert.ok(forged.length > 0)
      assert.deepEqual(
        forged.filter(({ kind, data }) => issued.has(tokenOf(kind, data))),
        [],
      )
    })

    it('counts the messages that forged accesses read', () => {
      const messages = new Set(
        accesses
          .filter(({ id }) => (world.truth.get(id)?.forged ?? '') !== '')
          .flatMap(({ data }) => JSON.stringify(data).match(/"InternetMessageId":"[^"]+"/g) ?? []),
      )
      assert.equal(world.exposure.inAll, messages.size)
      assert.ok(messages.size > 0)
    })
  })

describe('worlds', () => {
  it('have no forger where none is asked for', () => {
    const forged = [...firm(4, { attacker: false }).truth.values()].filter(
      (each) => each.forged !== '',
    )
    assert.deepEqual(forged, [])
  })

  it('spell a token id as the log of sign-ins pairs it with its request', () => {
    assert.equal(guidOf('JYpgIpsdtUSw8suU8GstAA'), '22608a25-1d9b-44b5-b0f2-cb94f06b2d00')
    assert.equal(utiOf('22608a25-1d9b-44b5-b0f2-cb94f06b2d00'), 'JYpgIpsdtUSw8suU8GstAA')
  })
})
