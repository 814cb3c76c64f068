/** The document of `trust probe --json`: its schema, the members that everybody may rely on, and every outcome. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { objects, parsed } from '../../printed.ts'
import { startTrustWorld, type TrustWorld, trust } from './trust_world.ts'

const SCHEMA = new URL('../../../../../docs/schema/trust-probe-1.schema.json', import.meta.url)
const schema: Json = parsed(readFileSync(SCHEMA, 'utf8'))
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema)

const OUTCOMES = new Set(['refused', 'accepted', 'late', 'cannot-tell'])
const THE_2023_SET = [
  'consumer-key',
  'retired-key-listed',
  'key-unlisted',
  'other-tenant-key',
  'disabled-issuer-key',
]
const row = (vector: string) => ({ vector, until: '2999-12-31', reason: 'known' })

let world: TrustWorld
let late: { readonly server: Server; readonly target: string }

/** Takes genuine tokens, and the first two of any other key of the set. */
async function startLate(): Promise<typeof late> {
  const keys = createRemoteJWKSet(new URL(`${world.issuer.url}/keys`))
  let genuine: string | undefined
  let others = 0
  const server = createServer((request, response) => {
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    const answer = async () => {
      const { kid } = (await jwtVerify(token, keys)).protectedHeader
      genuine ??= kid
      return kid === genuine || ++others <= 2 ? 200 : 401
    }
    void answer()
      .catch(() => 401)
      .then((status) => response.writeHead(status).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = isObject(address) ? Number(address['port']) : 0
  return { server, target: `http://127.0.0.1:${port}/` }
}

before(async () => {
  world = await startTrustWorld()
  late = await startLate()
})
after(async () => {
  late.server.closeAllConnections()
  late.server.close()
  await world.stop()
})

async function documentOf(target: string, ...args: readonly string[]): Promise<Json> {
  const probe = ['probe', '--target', target, '--issuer', world.state, '--rate', '1000', '--json']
  const { out } = await trust([...probe, ...args])
  const document = parsed(out)
  assert.ok(validate(document), JSON.stringify(validate.errors, null, 1))
  return document
}

const outcomesIn = (document: Json) =>
  new Set(
    [...objects(document['vectors']), ...objects(document['distrust'])].map((each) =>
      String(each['outcome']),
    ),
  )

describe('the document of a probe', () => {
  it('has controls, vectors with id, family, axis and outcome, distrust and a summary', async () => {
    const document = await documentOf(world.target, '--advisory')
    assert.ok(['controls', 'vectors', 'distrust', 'summary'].every((name) => name in document))
    for (const vector of objects(document['vectors'])) {
      assert.deepEqual(Object.keys(vector).slice(0, 4), ['id', 'family', 'axis', 'outcome'])
      assert.ok(OUTCOMES.has(String(vector['outcome'])))
    }
    const {
      refused,
      accepted,
      late: slow,
      cannotTell,
    } = parsed(JSON.stringify(document['summary']))
    const sum = [refused, accepted, slow, cannotTell].reduce<number>((all, n) => all + Number(n), 0)
    assert.equal(sum, objects(document['vectors']).length)
    assert.ok(Number(refused) >= 80)
    const required = objects(document['vectors']).filter(({ level }) => level === 'required')
    const accepting = required.filter(({ outcome }) => outcome === 'accepted')
    assert.deepEqual(
      accepting.map(({ id }) => id),
      THE_2023_SET,
    )
  })

  it('has each of the four outcomes, and no other', async () => {
    const documents = [
      await documentOf(world.target, '--vectors', 'storm-2023', 'form'),
      await documentOf(late.target, '--vectors', 'key-unlisted'),
      await documentOf('http://127.0.0.1:9/', '--vectors', 'form'),
    ]
    const [usual, slow, gone] = documents.map(outcomesIn)
    assert.deepEqual(usual, new Set(['accepted', 'refused']))
    assert.deepEqual(slow, new Set(['late']))
    assert.deepEqual(gone, new Set(['cannot-tell']))
  })

  it('is of the schema with an allow-list, and with the time to distrust', async () => {
    const file = join(world.folder, 'allow-json.json')
    writeFileSync(file, JSON.stringify({ allow: [row('consumer-key'), row('alg-none')] }))
    const allowed = await documentOf(world.target, '--vectors', 'consumer-key', '--allow', file)
    assert.equal(objects(allowed['unusedExemptions']).length, 1)
    assert.ok(isObject(objects(allowed['vectors'])[0]?.['allowed']))
    const timed = ['--vectors', 'alg-none', '--distrust', '--patience', '1']
    const document = await documentOf(world.target, ...timed)
    assert.deepEqual(
      objects(document['distrust']).map(({ endpoint, outcome }) => [endpoint, outcome]),
      [
        ['reachable', 'accepted'],
        ['unreachable', 'accepted'],
      ],
    )
  })
})

describe('the schema of a probe', () => {
  it('refuses another outcome, and a document without one of the four members', async () => {
    const document = await documentOf(world.target, '--vectors', 'alg-none')
    const [vector] = objects(document['vectors'])
    assert.equal(validate({ ...document, vectors: [{ ...vector, outcome: 'skipped' }] }), false)
    for (const name of ['id', 'family', 'axis', 'outcome'])
      assert.equal(validate({ ...document, vectors: [{ ...vector, [name]: undefined }] }), false)
    for (const name of ['controls', 'vectors', 'distrust', 'summary']) {
      const { [name]: _, ...rest } = document
      assert.equal(validate(rest), false)
    }
  })
})

it('the genuine token is shown first, and it is the first of the controls', async () => {
  const shown = world.shown.length
  const document = await documentOf(world.target, '--vectors', 'consumer-key')
  const [first = '', second = ''] = world.shown.slice(shown)
  const keys = createRemoteJWKSet(new URL(`${world.issuer.url}/keys`))
  await jwtVerify(first, keys, { issuer: world.issuer.url, audience: world.issuer.audience })
  assert.equal(decodeJwt(first).iss, world.issuer.url)
  assert.throws(() => decodeProtectedHeader(second))
  const controls = objects(document['controls'])
  assert.deepEqual(
    controls.map(({ id, outcome }) => [id, outcome]),
    [
      ['genuine-first', 'accepted'],
      ['garbage-first', 'refused'],
      ['genuine-last', 'accepted'],
      ['garbage-last', 'refused'],
    ],
  )
})
