/** A guard whose policy is to trust a key no more once something was signed with it that nobody recorded. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import { ISSUER } from '@mintmark/ledger/testing'
import { startGuard } from '../../src/index.ts'
import { type GuardWorld, startGuardWorld } from './served_guard.ts'

let world: GuardWorld
before(async () => {
  world = await startGuardWorld((scratch) => ({ distrust: { file: join(scratch, 'distrusted') } }))
})
after(() => world.stop())

const isActive = async (token: string) =>
  parseObject((await world.post('/introspect', { token })).text)?.['active'] === true

const events = () =>
  world.lines.flatMap((line) => {
    const document = parseObject(line)
    return document?.['event'] === 'keys' ? [String(document['text'])] : []
  })

describe('a guard that distrusts', () => {
  it('keeps trusting a key while tokens only have invalid signatures', async () => {
    const token = await world.mint()
    assert.ok(await isActive(token))
    assert.ok(!(await isActive(`${token.slice(0, -6)}AAAAAA`)))
    assert.ok(!(await isActive('a.b.c')))
    assert.ok(await isActive(token))
  })

  it('refuses all tokens of a key after the first forgery, recorded ones too', async () => {
    const genuine = await world.mint()
    assert.ok(await isActive(genuine))
    assert.ok(!(await isActive(world.forge())))
    assert.ok(!(await isActive(genuine)))
    assert.ok(!(await isActive(await world.mint())))
    assert.deepEqual(events(), [`key-1 of ${ISSUER} is trusted no more`])
    assert.match(
      await (await fetch(`${world.url}/metrics`)).text(),
      /^mintmark_guard_distrusted_keys 1$/m,
    )
  })

  it('still raises an alarm for each forgery, and none for a genuine token', async () => {
    const told = world.alarms().length
    assert.ok(!(await isActive(world.forge())))
    assert.ok(!(await isActive(await world.mint())))
    assert.equal(world.alarms().length, told + 1)
  })

  it('remembers the key in its file when it is started again', async () => {
    const line = parseObject(readFileSync(join(world.scratch, 'distrusted'), 'utf8').trim())
    assert.deepEqual([line?.['issuer'], line?.['kid']], [ISSUER, 'key-1'])
    const lines: string[] = []
    const options = { log: (text: string) => lines.push(text), now: Date.now }
    const again = await startGuard(join(world.scratch, 'guard.json'), options)
    try {
      const token = await world.mint()
      const audiences = [...again.config.audiences.values()]
      await again.guard.follower.refresh()
      const verdict = await again.guard.assignVerdict(token, audiences, 'dovecot')
      assert.equal(verdict.isAdmitted ? 'admitted' : verdict.reason, 'distrusted-key')
    } finally {
      await again.stop()
    }
  })
})

describe('a guard whose ledger has signed nothing yet', () => {
  it('distrusts no key, because files that nobody signs prove nothing', async () => {
    const empty = await startGuardWorld((scratch) => ({
      distrust: { file: join(scratch, 'distrusted') },
    }))
    try {
      const active = async (token: string) =>
        (await empty.post('/introspect', { token })).text.includes('"active":true')
      assert.ok(!(await active(empty.forge())))
      assert.equal(empty.alarms().length, 1)
      assert.ok(await active(await empty.mint()))
      assert.ok(!(await active(empty.forge())))
      assert.ok(!(await active(await empty.mint())))
    } finally {
      await empty.stop()
    }
  })
})

describe('a guard whose ledger does not list one of its issuers', () => {
  it('is not ready, and calls none of its tokens unissued', async () => {
    const missing = 'https://id.example.org/realms/missing'
    const unlisted = await startGuardWorld((scratch) => {
      const issuer = { class: 'agency', keys: join(scratch, 'jwks.json') }
      const issuers = [
        { ...issuer, issuer: ISSUER },
        { ...issuer, issuer: missing },
      ]
      return { issuers, distrust: { file: join(scratch, 'distrusted') } }
    })
    try {
      const active = async (token: string) =>
        (await unlisted.post('/introspect', { token })).text.includes('"active":true')
      assert.ok(await active(await unlisted.mint()))
      assert.ok(!(await active(unlisted.forge({ iss: missing }))))
      assert.deepEqual(unlisted.alarms(), [])
      assert.ok(unlisted.lines.some((line) => line.includes(`does not list ${missing}`)))
      assert.equal((await fetch(`${unlisted.url}/readyz`)).status, 503)
      assert.ok(await active(await unlisted.mint()))
    } finally {
      await unlisted.stop()
    }
  })
})
