import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { descriptionSettings } from '@mintmark/ledger'
import { toJsonSchema } from '@valibot/to-json-schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { guardSettings, parseGuardConfig } from '../src/config/config.ts'
import { signerSettings } from '../src/http/signer_service.ts'

const GOOD = {
  schema: 'mintmark-guard/1',
  ledger: { url: 'https://ledger.example', policy: 'policy.txt' },
  issuers: [{ issuer: 'https://issuer.example', class: 'enterprise', keys: 'keys.json' }],
  audiences: [{ audience: 'mail', classes: ['enterprise'], mode: 'enforce' }],
  callers: [{ name: 'dovecot', secretSha256: '0a'.repeat(32), audiences: ['mail'] }],
}

const SIGNED = { statements: { issuer: 'https://guard.example', key: 'guard.pem' } }
const STREAM = { id: 'soc', audience: 'https://soc.example', caller: 'dovecot' }

const SLIPS = [
  ['an unknown member', { audience: [] }, 'audience is not known'],
  ['a member that is missing', { ledger: { policy: 'p' } }, 'ledger.url is missing'],
  ['another type', { canaries: [7] }, 'canaries[0] is to be a text'],
  [
    'an empty text',
    { issuers: [{ ...GOOD.issuers[0], class: '' }] },
    'issuers[0].class is to be not empty',
  ],
  ['a number out of bounds', { listen: { port: 65_536 } }, 'listen.port is to be at most 65535'],
  [
    'a form',
    { callers: [{ ...GOOD.callers[0], secretSha256: 'secret' }] },
    'callers[0].secretSha256 is to be 64 hexadecimal digits',
  ],
  [
    'an audience that nobody configured',
    { callers: [{ ...GOOD.callers[0], audiences: ['files'] }] },
    'callers[0].audiences names one that is not configured',
  ],
  [
    'an issuer twice',
    { issuers: [GOOD.issuers[0], GOOD.issuers[0]] },
    'issuers names no issuer, or one twice',
  ],
  [
    'a class that no issuer has',
    { audiences: [{ ...GOOD.audiences[0], classes: ['enterprise', 'consumr'] }] },
    'audiences[0].classes names a class that no issuer has',
  ],
  [
    'a caller twice',
    { callers: [GOOD.callers[0], { ...GOOD.callers[0], secretSha256: '0b'.repeat(32) }] },
    'callers[1] has the name of another',
  ],
  [
    'a secret of two callers',
    { callers: [GOOD.callers[0], { ...GOOD.callers[0], name: 'nginx' }] },
    'callers[1] has the secret of another',
  ],
  ['half a port', { listen: { port: 80.5 } }, 'listen.port is to be a whole number'],
  [
    'an address without a host',
    { ledger: { url: 'https://', policy: 'p' } },
    'ledger.url is to be an address that begins with http:// or https://',
  ],
  [
    'a stream of an unknown caller',
    { ...SIGNED, streams: [{ ...STREAM, caller: 'soc' }] },
    'streams[0].caller names one that is not configured',
  ],
  ['a stream twice', { ...SIGNED, streams: [STREAM, STREAM] }, 'streams[1] has the id of another'],
  [
    'a stream to no address',
    { ...SIGNED, streams: [{ ...STREAM, push: { url: 'soc' } }] },
    'streams[0].push.url is to be an address that begins with http:// or https://',
  ],
  [
    'streams that nobody signs',
    { subscriptions: { file: 's' } },
    'streams need statements, whose key signs the events',
  ],
  ['bytes that a terminal obeys', { 'x\u001b[31m': 1 }, 'x\\x1b[31m is not known'],
] as const

describe('the configuration of a guard', () => {
  it('fills in what is not given', () => {
    const config = parseGuardConfig(JSON.stringify({ $schema: 'guard.schema.json', ...GOOD }))
    assert.equal(`${config.host}:${config.port}`, '127.0.0.1:8480')
    assert.equal(config.ledger.waitMilliseconds, 250)
    assert.deepEqual([...(config.issuers.get('https://issuer.example')?.types ?? [])], ['at+jwt'])
    const [caller] = config.callers
    assert.deepEqual(caller?.audiences, [config.audiences.get('mail')])
    assert.deepEqual(caller.pushTo, [])
  })

  for (const [what, slip, message] of SLIPS)
    it(`names the place of ${what}, never the value`, () => {
      assert.throws(() => parseGuardConfig(JSON.stringify({ ...GOOD, ...slip })), {
        message: `configuration: ${message}`,
      })
    })
})

describe('published JSON Schemas of configurations', () => {
  for (const [name, settings] of [
    ['mintmark-guard-1', guardSettings],
    ['mintmark-signer-1', signerSettings],
    ['mintmark-ledger-1', descriptionSettings],
  ] as const) {
    const file = new URL(`../../../docs/schema/${name}.schema.json`, import.meta.url)

    it(`${name} says what the program takes (UPDATE_GOLDEN=1 writes it)`, () => {
      const made = toJsonSchema(settings, {
        typeMode: 'input',
        target: 'draft-2020-12',
        // Some checks have no words in JSON Schema: the program refuses more than the schema.
        errorMode: 'ignore',
      })
      const text = `${JSON.stringify(made, null, 2)}\n`
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text)
      assert.equal(readFileSync(file, 'utf8'), text)
    })
  }

  it('takes a configuration that the guard takes, and refuses a slip', () => {
    const file = new URL('../../../docs/schema/mintmark-guard-1.schema.json', import.meta.url)
    const isValid = new Ajv2020().compile(JSON.parse(readFileSync(file, 'utf8')))
    assert.equal(isValid(GOOD), true)
    assert.equal(isValid({ ...GOOD, audience: [] }), false)
  })
})
