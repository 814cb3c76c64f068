import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import { isLowS } from '@mintmark/guard/signatures'
import { Forge } from '../src/forge/forge.ts'
import {
  bearerTarget,
  chooseVectors,
  commandIssuer,
  openIssuer,
  type ProbeReport,
  type RunningIssuer,
  runProbe,
  startIssuer,
} from '../src/index.ts'
import { completed } from '../src/issuer/issuer_state.ts'
import { closed, openDoor, portOf } from './doors.ts'
import { FAULTS, placeOf, strict } from './verifiers.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-issuer-test-'))
const folder = join(root, 'state')
let running: RunningIssuer

before(async () => {
  running = await startIssuer({ folder, host: '127.0.0.1', port: 0 })
})
after(async () => {
  await running.stop()
  rmSync(root, { recursive: true, force: true })
})

const place = () => placeOf(running)

async function json(address: string): Promise<Json> {
  const value: unknown = await (await fetch(address)).json()
  return isObject(value) ? value : {}
}

async function publishedKeys(): Promise<Json[]> {
  const list = (await json(`${running.url}/keys`))['keys']
  return Array.isArray(list) ? list.filter(isObject) : []
}

const kidOf = (found: readonly Json[], at = 0) => String(found[at]?.['kid'])

describe('an issuer', () => {
  it('publishes one set of the keys of all issuers and classes, and no private half', async () => {
    const discovery = await json(`${running.url}/.well-known/openid-configuration`)
    assert.deepEqual([discovery['issuer'], discovery['jwks_uri']], [running.url, place().jwksUri])
    const found = await publishedKeys()
    const classes = new Set(found.map((key) => key['x_class']))
    const wanted = ['enterprise', 'retired', 'consumer', 'disabled', 'encryption']
    assert.deepEqual(classes, new Set(wanted))
    assert.deepEqual([found[0]?.['x_class'], found[0]?.['issuer']], ['enterprise', running.url])
    for (const key of found) {
      assert.equal(key['d'], undefined)
      const issuer = String(key['issuer'])
      const own = await json(`${issuer}/.well-known/openid-configuration`)
      assert.equal(own['issuer'], issuer)
    }
  })

  it('rotates, takes keys out and puts them in again while it runs', async () => {
    const was = await publishedKeys()
    await commandIssuer(folder, { do: 'rotate' })
    const is = await publishedKeys()
    assert.equal(kidOf(is), kidOf(was, 1))
    assert.equal(is.find(({ kid }) => kid === kidOf(was))?.['x_class'], 'retired')
    await commandIssuer(folder, { do: 'unlist', kid: kidOf(is) })
    assert.ok(!(await publishedKeys()).some(({ kid }) => kid === kidOf(is)))
    await commandIssuer(folder, { do: 'list', kid: kidOf(is) })
    assert.equal(kidOf(await publishedKeys()), kidOf(is))
    await assert.rejects(commandIssuer(folder, { do: 'unlist', kid: 'none' }), {
      code: 'INPUT_INVALID',
    })
  })

  it('answers nobody while its endpoint is blocked', async () => {
    await commandIssuer(folder, { do: 'block' })
    await assert.rejects(fetch(place().jwksUri))
    await assert.rejects(openIssuer(folder), /mintmark trust issuer reach/)
    await commandIssuer(folder, { do: 'reach' })
    assert.equal((await fetch(place().jwksUri)).status, 200)
    const { issuer } = await openIssuer(running.url.replace('127.0.0.1', 'localhost'))
    assert.equal(issuer, running.url)
  })
})

describe('the state of an issuer', () => {
  it('names no key by what a command would take for an option', () => {
    const keys = Array.from({ length: 100 }, () => completed([], false, 'ES256')).flat()
    assert.ok(keys.length >= 400)
    assert.deepEqual(
      keys.map(({ kid }) => kid).filter((kid) => kid.startsWith('-')),
      [],
    )
  })

  it('obeys nobody without the secret of its folder', async () => {
    const { controlUrl } = running
    for (const authorization of ['', 'Bearer x', `Bearer ${'x'.repeat(43)}`]) {
      const asked = { method: 'POST', headers: { authorization }, body: '{"do":"rotate"}' }
      assert.equal((await fetch(`${controlUrl}/control`, asked)).status, 401)
    }
    assert.equal((await fetch(`${running.url}/control`)).status, 404)
  })

  it('keeps its files for their owner, and is not opened from files that others can read', async () => {
    for (const name of readdirSync(folder))
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    const copy = join(root, 'copy')
    mkdirSync(copy)
    for (const name of readdirSync(folder))
      writeFileSync(join(copy, name), readFileSync(join(folder, name)), { mode: 0o600 })
    await openIssuer(copy)
    chmodSync(join(copy, 'issuer.json'), 0o644)
    await assert.rejects(openIssuer(copy), { code: 'INPUT_UNREADABLE' })
  })

  it('signs with low s', async () => {
    const forge = new Forge(await openIssuer(folder), Date.now())
    for (let i = 0; i < 40; i++) {
      const signed = Buffer.from(forge.token().split('.')[2] ?? '', 'base64url')
      assert.ok(isLowS(signed, 'ES256'))
    }
  })

  it('keeps its keys over a restart, under another address', async () => {
    const was = kidOf(await publishedKeys())
    const other = { folder, host: '127.0.0.1', port: 0, audience: 'api://other' }
    await assert.rejects(startIssuer(other), /an issuer runs on .* already, at http:/)
    await running.stop()
    await assert.rejects(startIssuer({ ...other, algorithm: 'RS256' }), /has keys for ES256/)
    const again = await startIssuer(other)
    const set = await json(`${again.url}/keys`)
    assert.ok(JSON.stringify(set).includes(was))
    assert.equal(again.audience, 'api://other')
    await again.stop()
    running = await startIssuer({
      folder,
      host: '127.0.0.1',
      port: 0,
      audience: 'api://mintmark-probe',
    })
  })
})

it('takes no folder that holds other files', async () => {
  const other = join(root, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'notes.txt'), '')
  const started = startIssuer({ folder: other, host: '127.0.0.1', port: 0 })
  await assert.rejects(started, { code: 'INPUT_INVALID' })
  assert.deepEqual(readdirSync(other), ['notes.txt'])
})

describe('an address that a token names', () => {
  it('is never asked by the probe, and its key server says whether a verifier did', async () => {
    for (const [make, isFollowed] of [
      [strict, false],
      [FAULTS.find(({ name }) => name === 'follows jku')?.make ?? strict, true],
    ] as const) {
      const door = await openDoor(make(place()))
      const wasFollowed = (await commandIssuer(folder, { do: 'status' }))['followed']
      const target = bearerTarget({ url: new URL(door.url) })
      const issuer = await openIssuer(folder)
      const vectors = chooseVectors({ named: ['key'], isAdvisory: false }, target, issuer)
      await runProbe({ target, issuer, vectors, rate: 10_000, now: () => Date.now() })
      const followed = (await commandIssuer(folder, { do: 'status' }))['followed']
      assert.equal(Number(followed) > Number(wasFollowed), isFollowed)
      await door.close()
    }
  })
})

/** Writes until the other side has enough. */
function endless(response: ServerResponse, bytes: number, everyMs: number): void {
  const timer = setInterval(() => response.write('x'.repeat(bytes)), everyMs)
  response.on('close', () => clearInterval(timer))
}

async function against(listener: RequestListener): Promise<unknown> {
  const server = createServer(listener)
  const port = await portOf(server)
  const error: unknown = await openIssuer(`http://127.0.0.1:${port}`).catch(
    (cause: unknown) => cause,
  )
  await closed(server)
  return error
}

describe('a hostile document of an issuer', () => {
  const asked: string[] = []
  const documents: readonly (readonly [string, RequestListener])[] = [
    ['of ten megabytes', (_, response) => void response.end(`{"a":"${'x'.repeat(10 << 20)}"}`)],
    ['that is nested deeply', (_, response) => void response.end('['.repeat(60_000))],
    // A megabyte each millisecond: the size ends it, long before the time.
    ['that never ends', (_, response) => endless(response, 1 << 20, 1)],
    ['that comes letter by letter', (_, response) => endless(response, 1, 100)],
    [
      'that leads elsewhere',
      (_, response) => void response.writeHead(302, { location: '/x' }).end(),
    ],
    ['that is none', (_, response) => void response.writeHead(404).end()],
    [
      'that names files of another',
      (_, response) => void response.end(JSON.stringify({ mintmark_state: '/etc' })),
    ],
    [
      'that names the folder of another issuer',
      (_, response) => void response.end(JSON.stringify({ mintmark_state: folder })),
    ],
    [
      'that names addresses',
      (request, response) => {
        asked.push(request.url ?? '')
        const own = `http://${request.headers.host}`
        response.end(
          JSON.stringify({ issuer: own, jwks_uri: `${own}/bait`, mintmark_state: folder }),
        )
      },
    ],
  ]
  for (const [name, listener] of documents)
    it(`is refused within its bounds: one ${name}`, async () => {
      const error = await against(listener)
      assert.ok(error instanceof Error && 'code' in error, String(error))
      assert.match(String(error.code), /^INPUT_(?:INVALID|UNREADABLE)$/)
    })

  it('leads to no request to an address in it', () => {
    assert.deepEqual(asked, ['/.well-known/openid-configuration'])
  })

  it('is not asked for elsewhere', async () => {
    await assert.rejects(openIssuer('http://192.0.2.1/'), { code: 'INPUT_INVALID' })
  })
})

/** The keys of the issuer that runs, as a hook gives them. */
function hookKeys(): Json[] {
  const state: unknown = JSON.parse(readFileSync(join(folder, 'issuer.json'), 'utf8'))
  const stored: unknown[] = isObject(state) && Array.isArray(state['keys']) ? state['keys'] : []
  return stored.filter(isObject).map(({ role, kid, pem }) => ({ role, kid, pem, alg: 'ES256' }))
}

/** Probes a strict verifier of the issuer that runs, through a hook of this source. */
async function probedThrough(source: string, named: readonly string[]): Promise<ProbeReport> {
  const file = join(root, `hook-${named.length}.mjs`)
  writeFileSync(file, source)
  const issuer = await openIssuer(file)
  const door = await openDoor(strict(place()))
  try {
    const target = bearerTarget({ url: new URL(door.url) })
    const vectors = chooseVectors({ named, isAdvisory: false }, target, issuer)
    return await runProbe({ target, issuer, vectors, rate: 10_000, now: () => Date.now() })
  } finally {
    await door.close()
  }
}

const base = () => ({ issuer: running.url, audience: running.audience })

describe('a hook', () => {
  it('gives an issuer of the operator; vectors of roles that it leaves out end as cannot tell', async () => {
    const keys = hookKeys().filter(({ role }) => role === 'signing')
    const source = `export default () => (${JSON.stringify({ ...base(), keys })})`
    const report = await probedThrough(source, ['storm-2023', 'form', 'own-key-real-kid'])
    const { refused, accepted, cannotTell } = report.summary
    assert.equal(accepted, 0)
    assert.ok(refused > 20 && cannotTell >= 5)
    const seenOf = (id: string) => report.vectors.find(({ vector }) => vector.id === id)
    assert.equal(seenOf('consumer-key')?.seen, 'the issuer has no key for the role consumer')
    assert.equal(seenOf('own-key-real-kid')?.outcome, 'refused')
  })

  it('whose key does not fit its alg has no outcome for it: each verifier would refuse that', async () => {
    const keys = hookKeys()
    for (const key of keys) if (key['role'] === 'consumer') Object.assign(key, { alg: 'ES384' })
    const source = `export default ${JSON.stringify({ ...base(), keys })}`
    const { vectors } = await probedThrough(source, ['consumer-key', 'alg-none', 'exp-null'])
    assert.deepEqual(
      vectors.map(({ outcome }) => outcome),
      ['cannot-tell', 'refused', 'refused'],
    )
  })

  it('that fails while the probe runs ends it with INPUT_UNREADABLE', async () => {
    const made = JSON.stringify({ ...base(), keys: hookKeys() })
    const source = `export default { ...${made}, unlist() { throw 1 }, list() {} }`
    const run = probedThrough(source, ['key-unlisted'])
    await assert.rejects(run, { code: 'INPUT_UNREADABLE', message: 'the hook failed at unlist' })
  })

  const wrong: readonly (readonly [string, string])[] = [
    ['throws', 'export default () => { throw new Error("no") }'],
    ['gives nothing', 'export const other = 1'],
    ['gives no keys', 'export default { issuer: "a", audience: "b" }'],
    [
      'gives a key that is none',
      'export default { issuer: "a", audience: "b", keys: [{ role: "signing", kid: "k", alg: "ES256", pem: "secret" }] }',
    ],
  ]
  for (const [name, source] of wrong)
    it(`that ${name} is refused, and nothing of a key is repeated`, async () => {
      const other = join(root, `${name.replaceAll(' ', '-')}.mjs`)
      writeFileSync(other, source)
      const error: unknown = await openIssuer(other).catch((cause: unknown) => cause)
      assert.ok(error instanceof Error && 'code' in error)
      assert.match(String(error.code), /^INPUT_/)
      assert.ok(!error.message.includes('secret'))
    })
})
