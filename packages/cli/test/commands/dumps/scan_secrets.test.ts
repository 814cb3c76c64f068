import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { BIN, readAgain } from '@mintmark/testkit'
import { mintmark } from '../../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-secrets-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Keys made for this run. */
const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey
const ec = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })).privateKey
const ed = readAgain(generateKeyPairSync('ed25519')).privateKey
const hmac = randomBytes(32)

function member(key: KeyObject, name: 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi' | 'n' | 'e'): Buffer {
  const value: unknown = key.export({ format: 'jwk' })[name]
  return Buffer.from(typeof value === 'string' ? value : assert.fail(), 'base64url')
}

const [p, q, d, dp, dq, qi, n, e] = (['p', 'q', 'd', 'dp', 'dq', 'qi', 'n', 'e'] as const).map(
  (name) => member(rsa, name),
)
assert.ok(p && q && d && dp && dq && qi && n && e)
const SECRETS = [p, q, d, dp, dq, qi, member(ec, 'd'), member(ed, 'd'), hmac]

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1'): string =>
  String(key.export({ type, format: 'pem' }))
const der = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1'): Buffer =>
  key.export({ type, format: 'der' })
const b64 = (bytes: Buffer): string => bytes.toString('base64')
const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)
const sized = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')
const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.toReversed())
const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i)
  return bytes
}

/** The pads of HMAC as a context stores them. */
function pads(): Buffer {
  const padded = Buffer.concat([hmac, Buffer.alloc(32)])
  return Buffer.concat([0x36, 0x5c].map((pad) => Buffer.from(padded.map((byte) => byte ^ pad))))
}

const PLANTED: Readonly<Record<string, Buffer>> = {
  'PKCS#1 in DER': der(rsa, 'pkcs1'),
  'PKCS#8 in DER': der(rsa, 'pkcs8'),
  'PKCS#1 in PEM': Buffer.from(pem(rsa, 'pkcs1')),
  'PKCS#8 in UTF-16': Buffer.from(pem(rsa, 'pkcs8'), 'utf16le'),
  'PEM in JSON': Buffer.from(JSON.stringify({ key: pem(rsa, 'pkcs8') })),
  'base64 of PEM': Buffer.from(b64(Buffer.from(pem(rsa, 'pkcs8')))),
  'base64 alone': Buffer.from(b64(der(rsa, 'pkcs8')).slice(5)),
  JWK: Buffer.from(JSON.stringify(rsa.export({ format: 'jwk' }))),
  'JWK of P-256': Buffer.from(JSON.stringify(ec.export({ format: 'jwk' }))),
  'JWK, symmetric': Buffer.from(JSON.stringify({ kty: 'oct', k: hmac.toString('base64url') })),
  XML: Buffer.from(
    `<RSAKeyValue><Modulus>${b64(n)}</Modulus><Exponent>${b64(e)}</Exponent><P>${b64(p)}</P><Q>${b64(q)}</Q><D>${b64(d)}</D></RSAKeyValue>`,
  ),
  DNSSEC: Buffer.from(
    `Private-key-format: v1.3\nAlgorithm: 8 (RSASHA256)\nModulus: ${b64(n)}\nPublicExponent: ${b64(e)}\nPrivateExponent: ${b64(d)}\nPrime1: ${b64(p)}\nPrime2: ${b64(q)}\nExponent1: ${b64(dp)}\nExponent2: ${b64(dq)}\nCoefficient: ${b64(qi)}\n`,
  ),
  'S-expression': Buffer.from(
    `(private-key (rsa (n #00${n.toString('hex')}#)(e #010001#)(d #${d.toString('hex')}#)(p #${p.toString('hex')}#)(q #${q.toString('hex')}#)))`,
  ),
  'CNG blob': Buffer.concat([Buffer.from('RSA2'), words(2048, 3, 256, 128, 128), e, n, p, q]),
  'SEC1 in DER': der(ec, 'sec1'),
  'Ed25519 in DER': der(ed, 'pkcs8'),
  'limbs of p': turned(p),
  'bytes of q': q,
  'limbs of d': turned(sized(number(d), 256)),
  'R² mod p': turned(sized((1n << 2048n) % number(p), 128)),
  'p − 1': sized(number(p) - 1n, 128),
  'hex of p': Buffer.from(p.toString('hex')),
  'q in decimal': Buffer.from(String(number(q))),
  'damaged PKCS#1': der(rsa, 'pkcs1').fill(0x5a, 500, 520),
  'pads of HMAC': pads(),
}

/** Every 12 bytes of a secret in a row, as they could be printed: parts of long spellings count too. */
function spellings(secret: Buffer): ReadonlySet<string> {
  const all = new Set<string>()
  for (const bytes of [secret, turned(secret)]) {
    for (let at = 0; at + 12 <= bytes.length; at += 3) {
      const part = bytes.subarray(at, at + 12)
      for (const encoding of ['hex', 'base64', 'base64url', 'latin1', 'utf8'] as const) {
        all.add(part.toString(encoding))
      }
      all.add(part.toString('hex').toUpperCase())
      all.add([...part].join(','))
      all.add([...part].join(', '))
    }
    all.add(String(number(bytes)).slice(0, 24))
  }
  return all
}

const WORDS = SECRETS.map((secret) => spellings(secret))

function assertSilent(text: string): void {
  for (const [i, spelled] of WORDS.entries()) {
    for (const word of spelled) assert.equal(text.includes(word), false, `secret ${i} is printed`)
  }
}

const room = (): Buffer => Buffer.concat([Buffer.alloc(2048, '.,;:'), Buffer.alloc(4096)])
const core = join(folder, 'core')
writeFileSync(core, Buffer.concat([room(), ...Object.values(PLANTED).flatMap((x) => [x, room()])]))
const publicKey = join(folder, 'key.json')
const { n: modulus, e: exponent, kty } = rsa.export({ format: 'jwk' })
writeFileSync(publicKey, JSON.stringify({ kty, n: modulus, e: exponent, kid: 'signing' }))

/**
 * A script that ends each thread with a key in its message as it answers a window. The first thread
 * searches, too: it waits with its windows until another has begun one.
 */
const endsThreads = (begun: string): string =>
  `import { appendFileSync, existsSync } from 'node:fs'
   import { isMainThread, parentPort } from 'node:worker_threads'
   const begun = ${JSON.stringify(begun)}
   const idle = new Int32Array(new SharedArrayBuffer(4))
   const waitFor = () => {
     while (!existsSync(begun)) Atomics.wait(idle, 0, 0, 10)
   }
   const { setImmediate: soon } = globalThis
   if (isMainThread) globalThis.setImmediate = (task, ...args) => soon(() => { waitFor(); task(...args) })
   else {
     const send = parentPort.postMessage.bind(parentPort)
     parentPort.postMessage = (answer, list) => {
       if (typeof answer === 'string') return send(answer, list)
       appendFileSync(begun, '.')
       throw new Error(${JSON.stringify(pem(rsa, 'pkcs8') + p.toString('hex'))})
     }
   }`

describe('no byte of a key is printed', () => {
  it('though keys are found in more than 20 encodings', async () => {
    const { out, code } = await mintmark('scan', core, '--public-key', publicKey, '--json')
    assert.equal(code, 1)
    const report = [parseObject(out)?.['reports']].flat().find((each) => isObject(each))
    const places = ['findings', 'unverified', 'protected'].flatMap((name) => report?.[name] ?? [])
    const encodings = new Set(places.flatMap((each) => (isObject(each) ? each['encoding'] : [])))
    assert.ok(Object.keys(PLANTED).length > 20 && encodings.size >= 16, [...encodings].join(' '))
  })

  for (const [name, args] of [
    ['as text', []],
    ['as JSON', ['--json']],
    ['as SARIF', ['--sarif']],
    ['with --deep', ['--deep']],
  ] as const) {
    it(name, async () => {
      const { out, err } = await mintmark('scan', core, '--public-key', publicKey, ...args)
      assert.ok(out.length > 500)
      assertSilent(out + err)
    })
  }

  it('in an error: a private key is given for a public one, or something that is none', async () => {
    for (const [name, bytes] of Object.entries(PLANTED)) {
      const file = join(folder, 'given')
      writeFileSync(file, bytes)
      const { out, err } = await mintmark('scan', join(folder, 'nothing'), '--public-key', file)
      assert.ok((out + err).length > 0, name)
      assertSilent(out + err)
    }
  })

  it('where a thread ends with a key in its message', () => {
    const large = join(folder, 'large')
    // Enough for threads. Each ends with the first window that it answers.
    const filled = Buffer.alloc(160 << 20, 'text and numbers 0123456789 ')
    filled.set(Buffer.concat(Object.values(PLANTED)), 1 << 20)
    writeFileSync(large, filled)
    const preload = join(folder, 'preload.mjs')
    writeFileSync(preload, endsThreads(join(folder, 'begun')))
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', preload, BIN, 'scan', large],
      { encoding: 'utf8' },
    )
    assert.equal(status, 3)
    // The window that ended a thread is given to no other.
    const ended = statSync(join(folder, 'begun')).size
    assert.match(
      stdout,
      new RegExp(`thread failed: ${ended === 1 ? 'one part' : `${ended} parts`} `),
    )
    assertSilent(stdout + stderr)
    assert.equal((stdout + stderr).includes(pem(rsa, 'pkcs8').slice(40, 80)), false)
  })
})

it('the check itself finds a key that is printed', () => {
  for (const text of [p.toString('hex'), b64(hmac), `[${[...q].join(', ')}]`, String(number(d))]) {
    assert.throws(() => assertSilent(text), assert.AssertionError)
  }
  assert.doesNotThrow(() => assertSilent(b64(n)))
})
