/** What is asked of servers that change over time, and what is not. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import {
  historiesOf,
  KeyRecord,
  type Observation,
  parseSource,
  recordEvery,
  recordOnce,
  seriesOf,
} from '../src/index.ts'
import { KeyServer } from './key_server.ts'
import { certified, ecKey, jwks, saml, samlKey, scratch } from './made_keys.ts'

const START = Date.parse('2023-05-01T00:00:00Z')
const MINUTE_MS = 60_000

/** A record, and a clock that the test moves. */
async function opened(name: string, sources: readonly string[], more: object = {}) {
  const record = await KeyRecord.open(path.join(scratch(name), 'keys'))
  const clock = { ms: START }
  const options = {
    record,
    sources: sources.map(parseSource),
    origins: new Set<string>(),
    now: () => clock.ms,
    ...more,
  }
  return { record, clock, options }
}

const metadata = (issuer: string, jwksUri: string) =>
  JSON.stringify({ issuer, jwks_uri: jwksUri, id_token_signing_alg_values_supported: ['ES256'] })

const said = ({ outcome, document, why }: Observation, url: string) =>
  [outcome, document.replace(url, ''), why].filter((part) => part !== undefined).join(' ')

describe('an issuer', () => {
  it('is found by its URL: metadata, then the key set that it names', async () => {
    await using server = await KeyServer.start()
    server.pages.set('/tenant/.well-known/openid-configuration', {
      body: metadata(`${server.url}/tenant`, `${server.url}/keys`),
    })
    server.pages.set('/keys', { headers: { etag: '"1"' }, body: jwks(ecKey('a')) })
    const { record, options } = await opened('issuer', [`${server.url}/tenant`])
    const { written } = await recordOnce(options)
    assert.deepEqual(
      written.map((each) => said(each, server.url)),
      ['read /tenant/.well-known/openid-configuration', 'read /keys'],
    )
    assert.equal(written[1]?.issuer, `${server.url}/tenant`)
    assert.equal(written[1].headers?.['etag'], '"1"')
    const [key] = historiesOf(
      await seriesOf({ observations: written, bodyOf: (each) => record.content.bodyOf(each) }),
    )
    assert.deepEqual(key?.issuers, [`${server.url}/tenant`])
    await record.close()
  })

  it('is asked first where its metadata was before, and for no more if it does not answer', async () => {
    await using server = await KeyServer.start()
    const place = '/.well-known/openid-configuration'
    server.pages.set(place, { body: metadata(server.url, `${server.url}/keys`) })
    server.pages.set('/keys', { body: jwks(ecKey('a')) })
    const { record, clock, options } = await opened('first', [server.url])
    await recordOnce(options)
    assert.deepEqual(server.asked.splice(0), ['/', place, '/keys'])
    clock.ms += MINUTE_MS
    await recordOnce(options)
    assert.deepEqual(server.asked.splice(0), [place, '/keys'])
    server.pages.set(place, (response) => response.destroy())
    const { written } = await recordOnce(options)
    assert.deepEqual(
      written.map((each) => said(each, server.url)),
      [`unavailable ${place} no answer (ECONNRESET)`],
    )
    assert.deepEqual(server.asked, [place])
    await record.close()
  })
})

describe('a key set', () => {
  it('is asked with its ETag, and an answer that nothing changed lists the same keys', async () => {
    await using server = await KeyServer.start()
    server.pages.set('/keys', { headers: { etag: '"1"' }, body: jwks(ecKey('a')) })
    const { record, clock, options } = await opened('etag', [`${server.url}/keys`])
    await recordOnce(options)
    clock.ms += MINUTE_MS
    const { written } = await recordOnce(options)
    assert.deepEqual(server.asked, ['/keys', '/keys "1"'])
    assert.equal(written[0]?.status, 304)
    const content = {
      observations: record.content.observations,
      bodyOf: (each: Observation) => record.content.bodyOf(each),
    }
    const [key] = historiesOf(await seriesOf(content))
    assert.deepEqual(
      [key?.listings[0]?.firstPresentMs, key?.listings[0]?.lastPresentMs],
      [START, START + MINUTE_MS],
    )
    await record.close()
  })
})

describe('an address that a document names', () => {
  it('of a key set that is on another origin is asked only if the user named it', async () => {
    await using server = await KeyServer.start()
    await using other = await KeyServer.start()
    server.pages.set('/.well-known/openid-configuration', {
      body: metadata(server.url, `${other.url}/keys`),
    })
    other.pages.set('/keys', { body: jwks(ecKey('a')) })
    const first = await opened('origin', [server.url])
    const { written } = await recordOnce(first.options)
    assert.equal(written[1]?.outcome, 'unavailable')
    assert.match(written[1].why ?? '', /another origin.*--origin/)
    assert.deepEqual(other.asked, [])
    await first.record.close()
    const second = await opened('origin-named', [server.url], { origins: new Set([other.url]) })
    assert.equal((await recordOnce(second.options)).written[1]?.outcome, 'read')
    assert.deepEqual(other.asked, ['/keys'])
    await second.record.close()
  })
})

describe('an address', () => {
  it('that redirects to another origin is not followed, within its own it is', async () => {
    await using server = await KeyServer.start()
    await using other = await KeyServer.start()
    other.pages.set('/keys', { body: jwks(ecKey('a')) })
    server.pages.set('/away', { status: 302, headers: { location: `${other.url}/keys` } })
    server.pages.set('/moved', { status: 301, headers: { location: '/keys' } })
    server.pages.set('/keys', { body: jwks(ecKey('b')) })
    server.pages.set('/round', { status: 302, headers: { location: '/round' } })
    const sources = ['/away', '/moved', '/round'].map((place) => server.url + place)
    const { record, options } = await opened('redirect', sources)
    const { written } = await recordOnce(options)
    assert.deepEqual(
      written.map((each) => said(each, server.url)),
      [
        'unavailable /away redirected to another origin: not followed',
        'read /moved',
        'unavailable /round redirected more than 3 times',
      ],
    )
    assert.deepEqual(other.asked, [])
    await record.close()
  })

  it('is asked for no address that a key set or SAML metadata names', async () => {
    await using server = await KeyServer.start()
    await using other = await KeyServer.start()
    const keys = jwks(ecKey('a', { x5u: `${other.url}/cert`, jku: `${other.url}/keys` }))
    server.pages.set('/keys', { body: keys })
    const { der } = certified()
    const endpoint = `<md:SingleSignOnService Binding="b" Location="${other.url}/sso"/>`
    server.pages.set('/saml', { body: saml(samlKey(der) + endpoint) })
    const { record, options } = await opened('named', [`${server.url}/keys`, `${server.url}/saml`])
    const { written } = await recordOnce(options)
    assert.deepEqual(
      written.map(({ outcome }) => outcome),
      ['read', 'read'],
    )
    assert.deepEqual(other.asked, [])
    await record.close()
  })
})

describe('a connection', () => {
  it('over TLS leaves the hashes of its certificates; one that nobody vouches for gives no answer', async () => {
    const { pem, keyPem } = certified()
    await using server = await KeyServer.start({ key: keyPem, cert: pem })
    server.pages.set('/keys', { body: jwks(ecKey('a')) })
    const { record, options } = await opened('tls', [`${server.url}/keys`])
    const refused = await recordOnce(options)
    assert.equal(refused.written[0]?.outcome, 'unavailable')
    assert.match(refused.written[0].why ?? '', /no answer \(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
    const { written } = await recordOnce({ ...options, ca: pem })
    assert.equal(written[0]?.outcome, 'read')
    assert.match(written[0].chain?.[0] ?? '', /^[\da-f]{64}$/)
    await record.close()
  })

  it('over plain HTTP on another machine, or with a password, is refused before anything is asked', async () => {
    for (const [name, source] of [
      ['plain', 'http://id.example.org/keys'],
      ['password', 'https://user:password@id.example.org/keys'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other reads easier
      const { record, options } = await opened(name, [source])
      // oxlint-disable-next-line no-await-in-loop -- as above
      await assert.rejects(recordOnce(options), { code: 'INPUT_INVALID' })
      // oxlint-disable-next-line no-await-in-loop -- as above
      await record.close()
    }
  })
})

describe('a server that does not answer as it should', () => {
  it('is written down as such: too large, cut off, of another kind', async () => {
    await using server = await KeyServer.start()
    server.pages.set('/large', { body: Buffer.alloc(10 << 20, 0x20) })
    server.pages.set('/cut', (response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"keys":')
      setTimeout(() => response.destroy(), 20)
    })
    server.pages.set('/page', { body: '<html><body>hello</body></html>' })
    server.pages.set('/down', { status: 503, headers: { 'retry-after': '120' } })
    const names = ['/large', '/cut', '/page', '/down']
    const sources = names.map((place) => server.url + place)
    const { record, options } = await opened('broken', sources)
    const { written } = await recordOnce(options)
    assert.deepEqual(
      written.map((each) => said(each, server.url)),
      [
        'unavailable /large answered with more than 8388608 bytes: refused, not read',
        'unavailable /cut no answer (connection lost)',
        'unavailable /page XML that is no SAML metadata',
        'unavailable /down answered with 503',
      ],
    )
    await record.close()
  })

  it('is not waited for without end', async () => {
    await using server = await KeyServer.start()
    server.pages.set('/slow', (response) => void response.write('{'))
    const { record, options } = await opened('slow', [`${server.url}/slow`], { timeoutMs: 300 })
    const { written } = await recordOnce(options)
    assert.equal(written[0]?.why, 'no answer in time')
    await record.close()
  })
})

describe('a server that cannot answer now', () => {
  it('is asked less and less often, and as before once it answers', async () => {
    await using server = await KeyServer.start()
    const { record, clock, options } = await opened('back-off', [`${server.url}/keys`])
    const waits: number[] = []
    let rounds = 0
    await recordEvery(options, {
      everyMs: MINUTE_MS,
      isStopped: () => rounds >= 7,
      wait: async (ms) => {
        waits.push(ms / MINUTE_MS)
        clock.ms += ms
      },
      onRound: async () => {
        rounds++
        if (rounds === 4) server.pages.set('/keys', { body: jwks(ecKey('a')) })
        if (rounds === 6)
          server.pages.set('/keys', { status: 429, headers: { 'retry-after': '600' } })
      },
    })
    assert.deepEqual(waits, [2, 4, 8, 16, 1, 1])
    await record.close()
  })

  it('that names a time is not asked before it', async () => {
    await using server = await KeyServer.start()
    server.pages.set('/keys', { status: 429, headers: { 'retry-after': '600' } })
    const { record, clock, options } = await opened('retry', [`${server.url}/keys`])
    const waits: number[] = []
    let rounds = 0
    await recordEvery(options, {
      everyMs: MINUTE_MS,
      isStopped: () => rounds >= 2,
      wait: async (ms) => {
        waits.push(ms / MINUTE_MS)
        clock.ms += ms
      },
      onRound: async () => void rounds++,
    })
    assert.deepEqual(waits, [10])
    await record.close()
  })
})
