import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { jwtVerify } from 'jose'
import { startTrustWorld, type TrustWorld, trust } from './trust_world.ts'

const ACCEPTED = 'urn:mintmark:secevent:forgery-accepted'
let world: TrustWorld
let receiver: Server
let guardKey: KeyObject
let config: string
/** Security events as they arrived. */
const sets: string[] = []

before(async () => {
  world = await startTrustWorld()
  receiver = createServer((request, response) => {
    void text(request).then((set) => {
      sets.push(set)
      return response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  const url = `http://127.0.0.1:${isObject(address) ? String(address['port']) : ''}/soc`
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  guardKey = publicKey
  const key = join(world.folder, 'guard.pem')
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  config = join(world.folder, 'guard.json')
  const guard = {
    schema: 'mintmark-guard/1',
    ledger: { url: 'http://127.0.0.1:9', policy: 'policy', heads: 'heads' },
    issuers: [{ issuer: world.issuer.url, class: 'agency', keys: 'jwks.json' }],
    audiences: [{ audience: 'api://mail', classes: ['agency'], mode: 'enforce' }],
    callers: [{ name: 'soc', secretSha256: '0'.repeat(64), audiences: ['api://mail'] }],
    statements: { issuer: 'https://guard.example.org', key },
    streams: [{ id: 'soc', audience: 'https://soc.example.org', caller: 'soc', push: { url } }],
  }
  writeFileSync(config, JSON.stringify(guard))
})
after(async () => {
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
  await world.stop()
})

const scheduled = (...more: readonly string[]) => {
  const asked = ['probe', '--target', world.target, '--issuer', world.state, '--rate', '1000']
  return [...asked, '--schedule', '1s', ...more]
}

/** Runs until so many lines are printed, and stops as the system would. */
async function untilLines(wanted: number, args: readonly string[]) {
  let lines = 0
  const { code, out } = await trust(args, () => {
    lines++
    // Not before the handler of the signal waits again.
    if (lines === wanted) setImmediate(() => process.emit('SIGTERM'))
  })
  const events = out
    .trimEnd()
    .split('\n')
    .map((line) => parseObject(line) ?? {})
  return { code, events }
}

describe('trust probe --schedule', () => {
  it('probes again and again, and an accepted forgery is an alarm of the streams of a guard', async () => {
    const vectors = ['--vectors', 'consumer-key', 'alg-none']
    const { code, events } = await untilLines(2, [...scheduled('--alarms', config), ...vectors])
    assert.equal(code, 0)
    assert.equal(events.length, 2)
    for (const event of events) {
      assert.equal(event['event'], 'forgery-accepted')
      assert.deepEqual(event['accepted'], ['consumer-key'])
    }
    assert.equal(sets.length, 2)
    const options = { issuer: 'https://guard.example.org', audience: 'https://soc.example.org' }
    const { payload, protectedHeader } = await jwtVerify(sets[0] ?? '', guardKey, options)
    assert.equal(protectedHeader.typ, 'secevent+jwt')
    assert.deepEqual(payload['sub_id'], { format: 'uri', uri: world.target })
    const details = isObject(payload['events']) ? payload['events'][ACCEPTED] : undefined
    assert.deepEqual(isObject(details) && details['accepted'], ['consumer-key'])
    const printed = JSON.stringify([events, payload])
    for (const token of world.shown) assert.ok(!printed.includes(token.split('.')[1] ?? '-'))
  })

  it('is silent to the streams where all is refused', async () => {
    sets.length = 0
    const { events } = await untilLines(1, [...scheduled('--alarms', config), '--vectors', 'form'])
    assert.deepEqual([events[0]?.['event'], sets.length], ['probed', 0])
  })

  for (const [name, more] of [
    ['no time', ['--schedule', 'nightly']],
    ['a time of zero', ['--schedule', '0h']],
    ['more than a timer holds', ['--schedule', '25d']],
    ['an issuer that is none', ['--issuer', 'https://192.0.2.1/']],
  ] as const)
    it(`is refused at its start: ${name}`, async () => {
      assert.equal((await trust([...scheduled(), ...more])).code, 2)
    })

  it('takes no configuration without a stream that is pushed, and none without a schedule', async () => {
    const bare = join(world.folder, 'bare.json')
    writeFileSync(bare, '{}')
    assert.notEqual((await trust(scheduled('--alarms', bare))).code, 0)
    const once = scheduled().filter((each) => each !== '--schedule' && each !== '1s')
    assert.equal((await trust([...once, '--alarms', config])).code, 2)
  })
})
