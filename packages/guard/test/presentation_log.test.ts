import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import { type Presentation, PresentationLog } from '../src/index.ts'
import { parseStrict } from '../src/verify/strict_jws.ts'
import { claims, ENTERPRISE, mailPolicy } from './guard_world.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-receipts-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function shown(id: string): Presentation {
  const jws = parseStrict(`${part({ alg: 'ES256', kid: 'k' })}.${part(claims())}.AAAA`)
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

it('a file that ends a line, or is not there, is gone on with as it is', async () => {
  const file = join(scratch, 'whole')
  await write(file, 'first')
  await write(file, 'second')
  assert.deepEqual(idsIn(file), ['first', 'second'])
})

it('what cannot be written is counted, and nobody is held up', async () => {
  assert.equal(await write(join(scratch, 'not-there', 'file'), 'first', 'second'), 2)
})
