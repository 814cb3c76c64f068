import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { type Presentation, PresentationLog } from '../src/index.ts'
import { parseStrict } from '../src/verify/strict_jws.ts'
import { claims, ENTERPRISE, mailPolicy } from './guard_world.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-receipts-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function shown(id: string, more: object = {}): Presentation {
  const jws = parseStrict(
    `${part({ alg: 'ES256', kid: 'k' })}.${part({ ...claims(), ...more })}.AAAA`,
  )
  assert.equal(jws?.issuer, ENTERPRISE)
  const times = { issuedAtMs: 0, expiresMs: 1, audiences: [], tokenId: '', id: new Uint8Array() }
  const common = { atMs: 0, audience: mailPolicy, caller: 'dovecot', isAdmitted: true }
  return { ...common, id, jws, claims: times }
}

const idsIn = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => parseObject(line)?.['id'])

async function write(file: string, ...ids: readonly string[]): Promise<number> {
  const log = new PresentationLog(file, undefined)
  for (const id of ids) log.add(shown(id))
  await log.close()
  return log.lost
}

it('a line that was torn spoils none that comes after it', async () => {
  const file = join(scratch, 'torn')
  await write(file, 'first', 'second')
  const whole = readFileSync(file)
  for (const cut of [1, 40, whole.length / 2 - 3]) {
    writeFileSync(file, whole.subarray(0, -cut))
    await write(file, 'third')
    await write(file, 'fourth')
    const ids = idsIn(file)
    assert.deepEqual([ids[0], ...ids.slice(-2)], ['first', 'third', 'fourth'], `cut by ${cut}`)
    assert.ok(ids.length <= 4)
  }
})

it('a missing file, or one with a complete last line, is appended to', async () => {
  const file = join(scratch, 'whole')
  await write(file, 'first')
  await write(file, 'second')
  assert.deepEqual(idsIn(file), ['first', 'second'])
})

it('lines that cannot be written are counted, and delay nothing', async () => {
  assert.equal(await write(join(scratch, 'not-there', 'file'), 'first', 'second'), 2)
})

it('a file that takes no lines is reported before there is one, and once', async () => {
  const folder = join(scratch, 'later')
  const told: unknown[] = []
  const log = new PresentationLog(join(folder, 'file'), undefined, (cause) => told.push(cause))
  await log.close()
  assert.match(String(told), /there is no such folder/)
  log.add(shown('first'))
  await log.close()
  mkdirSync(folder)
  log.add(shown('second'))
  await log.close()
  assert.deepEqual([told.length, told[1], log.lost], [2, undefined, 1])
})

async function namesOf(more: object) {
  const file = join(scratch, JSON.stringify(more).replaceAll(/\W/g, '_').slice(0, 40))
  const log = new PresentationLog(file, undefined)
  log.add(shown('one', more))
  await log.close()
  const text = readFileSync(file, 'utf8')
  return { text, claims: parseObject(text.trim())?.['claims'] }
}

it('a receipt names the claims of its token, and cnf only where that names a key', async () => {
  const plain = Object.keys(claims())
  assert.ok(plain.includes('aud'))
  const unbound = (await namesOf({ acr: null, cnf: {} })).claims
  assert.deepEqual(new Set(Array.isArray(unbound) ? unbound : []), new Set(plain))
  const bound = await namesOf({ cnf: { jkt: 'thumbprint-of-a-key' } })
  assert.ok(Array.isArray(bound.claims) && bound.claims.includes('cnf'))
  assert.ok(!bound.text.includes('thumbprint-of-a-key'))
  const schema = readFileSync(
    new URL('../../../docs/schema/mintmark-access-1.schema.json', import.meta.url),
    'utf8',
  )
  const properties = parseObject(schema)?.['properties']
  const known = isObject(properties) ? Object.keys(properties) : []
  const members = Object.keys(parseObject(bound.text.trim()) ?? {})
  assert.deepEqual(
    members.filter((name) => !known.includes(name)),
    [],
  )
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${i}`, 1]))
  const { claims: most } = await namesOf({ ...many, ['y'.repeat(101)]: 1 })
  assert.ok(Array.isArray(most))
  assert.deepEqual([most.length, most.includes('y'.repeat(101))], [100, false])
})
