import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Forge } from '../src/forge/forge.ts'
import { probeVerifier, trustSuite } from '../src/harness/harness.ts'
import { algorithmOf, completed, privateKeyOf } from '../src/issuer/issuer_state.ts'
import { isAccepted, type ProbeReport, resultOf } from '../src/probe/report.ts'
import { allVectors } from '../src/vectors/catalogue.ts'
import { decodesOnly, FAULTS, merged, strict } from './verifiers.ts'

const accepted = ({ vectors }: ProbeReport) =>
  vectors.filter(({ outcome }) => isAccepted(outcome)).map(({ vector }) => vector.id)

describe('a strict verifier', () => {
  trustSuite('as a suite', strict)

  it('refuses each of at least 80 required vectors', async () => {
    const report = await probeVerifier(strict)
    assert.deepEqual(accepted(report), [])
    assert.ok(report.summary.refused >= 80, `${report.summary.refused}`)
    assert.deepEqual(resultOf(report), { isFound: false, isWhole: true, hasLeads: false })
  })

  it('of another typ is asked with that typ, and not about it', async () => {
    const report = await probeVerifier((place) => strict(place, { typ: 'JWT' }), { typ: 'JWT' })
    assert.deepEqual(resultOf(report), { isFound: false, isWhole: true, hasLeads: false })
    assert.ok(!report.vectors.some(({ vector }) => vector.axis === 'typ'))
  })

  it('has leads alone where what standards leave open is asked too', async () => {
    const report = await probeVerifier(strict, { advisory: true })
    assert.deepEqual(resultOf(report), { isFound: false, isWhole: true, hasLeads: true })
    assert.ok(accepted(report).includes('exp-9999'))
  })
})

describe('a planted fault', () => {
  for (const { name, accepts, make } of FAULTS)
    it(`is found, and nothing else: a verifier that ${name}`, async () => {
      const report = await probeVerifier(make)
      assert.deepEqual(new Set(accepted(report)), new Set(accepts))
      assert.deepEqual(resultOf(report), { isFound: true, isWhole: true, hasLeads: false })
    })
})

describe('controls', () => {
  it('that fail leave every vector undecided, and unasked', async () => {
    let asked = 0
    const report = await probeVerifier(() => () => {
      asked++
      throw new TypeError('no')
    })
    assert.deepEqual([report.summary.cannotTell, asked], [report.vectors.length, 2])
    assert.equal(resultOf(report).isWhole, false)
  })

  it('fail where garbage is accepted', async () => {
    const report = await probeVerifier(() => () => true)
    assert.equal(report.summary.accepted, 0)
    assert.equal(report.summary.cannotTell, report.vectors.length)
  })

  it('that fail at the end turn all outcomes between them into cannot tell', async () => {
    let asked = 0
    const report = await probeVerifier((place) => {
      const verify = merged(place)
      return (token) => (++asked > 20 ? false : verify(token))
    })
    assert.equal(report.controls.at(-1)?.outcome, 'refused')
    assert.equal(report.summary.cannotTell, report.vectors.length)
  })

  it('find a target that refuses everything for a while', async () => {
    let asked = 0
    const report = await probeVerifier((place) => {
      const verify = merged(place)
      return (token) => (++asked > 20 && asked < 40 ? false : verify(token))
    })
    const { id, outcome } = report.controls.at(-1) ?? {}
    assert.deepEqual([id, outcome, asked], ['genuine-last', 'refused', 24])
    assert.equal(report.summary.cannotTell, report.vectors.length)
  })

  it('begin with the genuine token', async () => {
    const seen: string[] = []
    const { vectors } = await probeVerifier((place) => {
      const verify = strict(place)
      return async (token) => {
        const answer = await verify(token)
        seen.push(token)
        return answer
      }
    })
    const shown = vectors.filter(({ vector }) => vector.first === 'show')
    assert.equal(seen.length, 2 + Math.floor(vectors.length / 10) + shown.length)
  })
})

describe('vectors', () => {
  it('have ids, sentences and sources of their own', () => {
    assert.equal(new Set(allVectors().map(({ id }) => id)).size, allVectors().length)
    assert.equal(new Set(allVectors().map(({ what }) => what)).size, allVectors().length)
    for (const { id, what, forbiddenBy, settings } of allVectors()) {
      assert.match(what, /^[A-Z].*\.$/, id)
      assert.match(forbiddenBy, /\w+ .*\d/, id)
      assert.ok(Object.keys(settings).length > 0, id)
    }
  })

  it('say completely how they are made: each gives a token of its own', async () => {
    const keys = completed([], true, 'ES256').map((key) => {
      const { role, kid } = key
      const privateKey = privateKeyOf(key)
      return { role, kid, issuer: `http://a.example/${role}`, alg: algorithmOf(key), privateKey }
    })
    const claims = { cnf: { jkt: 'a' }, nonce: 'b' }
    const issuer = { issuer: 'http://a.example', audience: 'api://a', typ: 'at+jwt', claims, keys }
    const all = { ...issuer, acs: 'https://b.example/acs', strangerUrl: 'http://c.example' }
    const tokens = await Promise.all(
      allVectors().map(async ({ forge }) => await forge(new Forge(all, Date.now()))),
    )
    assert.equal(new Set(tokens).size, allVectors().length)
  })

  it('that leave the genuine token as it is end as cannot tell', async () => {
    const claims = { client_id: 'api://mintmark-probe' }
    const { vectors } = await probeVerifier(strict, {
      claims,
      vectors: ['aud-client', 'aud-other'],
    })
    assert.deepEqual(
      vectors.map(({ outcome, seen }) => [outcome, seen]),
      [
        ['refused', 'threw JWTClaimValidationFailed'],
        ['cannot-tell', 'the change leaves the genuine token as it is'],
      ],
    )
  })

  it('differ: a verifier that checks nothing takes most of them', async () => {
    const report = await probeVerifier(decodesOnly)
    const ids = accepted(report)
    for (const id of ['own-key-real-kid', 'alg-none', 'signature-zero', 'claims-changed'])
      assert.ok(ids.includes(id), id)
    assert.ok(ids.length >= 60, `${ids.length}`)
  })
})
