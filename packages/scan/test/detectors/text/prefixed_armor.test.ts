import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNLIMITED, WorkBudget } from '@mintmark/keys/material/work_budget'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { P256, pemsOf, planted, RSA, type TestKey } from '@mintmark/testkit/text_keys'
import { readPrefixed } from '../../../src/text/prefixed_armor.ts'
import type { KeyHit } from '../../key_hits.ts'
import { hitsIn, SPELLINGS } from './text_hits.ts'

/** What a line becomes; lines are counted from 1. */
type Prefixing = (line: string, number: number) => string

const PREFIXINGS: Readonly<Record<string, Prefixing>> = {
  'mail, quoted': (line) => `> ${line}\n`,
  'mail, quoted without a blank': (line) => `>${line}\r\n`,
  'mail, quoted twice': (line) => `> > ${line}\n`,
  'mail, quoted, in JSON': (line) => `> ${line}\\r\\n`,
  'mail, quoted, in HTML': (line) => `&gt; ${line}<br>`,
  'a comment of a shell': (line) => `# ${line}\n`,
  'a comment of SQL': (line) => `-- ${line}\n`,
  'a comment of C': (line) => ` * ${line}\n`,
  'a diff, added': (line) => `+${line}\n`,
  'a diff, in a comment': (line) => `# -${line}\n`,
  'numbered by grep': (line, number) => `conf/tls.pem:${number}:${line}\n`,
  'numbered by cat': (line, number) => `${`${number}`.padStart(6)}\t${line}\n`,
  'a log with times': (line, number) => `Nov 26 14:00:${10 + number} web app[712]: ${line}\n`,
  'a log of JSON': (line, number) =>
    `${JSON.stringify({ log: `${line}\n`, stream: 'stdout', number })}\n`,
  'a terminal with colours': (line) => `\u001b[32m${line}\u001b[0m\r\n`,
  'literals of PHP': (line) => `'${line}'."\\n" .\n`,
  'lines of RTF': (line) => `${line}\\par\n`,
}

function prefixed(pem: string, prefixing: Prefixing): string {
  const lines = pem.trimEnd().split('\n')
  return lines.map((line, index) => prefixing(line, index + 1)).join('')
}

function bestOf(hits: readonly KeyHit[]): KeyHit {
  const [hit, ...others] = hits.filter(({ encoding }) => encoding.startsWith('pem'))
  assert.deepEqual(others, [])
  assert.ok(hit)
  return hit
}

function assertFound(text: string, key: TestKey, name: string): void {
  for (const [width, spell] of Object.entries(SPELLINGS)) {
    const bytes = planted(spell(text), 32)
    const hit = bestOf(hitsIn(bytes))
    assert.equal(hit.certainty, 'verified', `${name}, ${width}`)
    assert.ok(hit.material)
    assert.equal(keyIdOf(hit.material).spkiSha256, key.spkiSha256)
    const place = bytes.subarray(hit.offset, hit.offset + hit.length)
    const letters = Buffer.from(place.filter((byte) => byte !== 0)).toString('latin1')
    assert.match(letters, /^-----BEGIN .+-----END [A-Z ]+-----$/s, `${name}, ${width}`)
  }
}

describe('PEM whose lines have prefixes is found from its begin to its end', () => {
  for (const [name, prefixing] of Object.entries(PREFIXINGS)) {
    it(name, () => {
      for (const key of [RSA, P256]) {
        for (const pem of pemsOf(key)) assertFound(prefixed(pem, prefixing), key, name)
      }
    })
  }

  it('cut up by zeros', () => {
    for (const pem of pemsOf(RSA)) {
      const hit = bestOf(hitsIn(planted(Buffer.from(pem.replaceAll('\n', '\0')), 8)))
      assert.equal(hit.certainty, 'verified')
    }
  })

  it('with headers, and then it is encrypted', () => {
    const pem = RSA.key.export({
      type: 'pkcs1',
      format: 'pem',
      cipher: 'aes-128-cbc',
      passphrase: 'test',
    })
    const text = Buffer.from(prefixed(String(pem), (line) => `> ${line}`.trimEnd().concat('\n')))
    const hit = bestOf(hitsIn(planted(text, 8)))
    assert.equal(hit.encoding, 'pem-encrypted')
    assert.equal(hit.certainty, 'protected')
    assert.equal(hit.length, text.length - '> '.length - '\n'.length)
  })

  it('not where nothing but a begin is quoted', () => {
    for (const prefixing of Object.values(PREFIXINGS)) {
      const text = prefixed('-----BEGIN PRIVATE KEY-----\nsee the manual, please\n', prefixing)
      assert.deepEqual(hitsIn(planted(Buffer.from(text), 8)), [])
    }
  })
})

describe('a begin with nothing behind it', () => {
  const chars = Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n'.repeat(8))

  it('is paid for each way in which its lines may have prefixes', () => {
    const budget = new WorkBudget()
    assert.equal(
      readPrefixed({ chars, at: 160, budget }, () => undefined),
      undefined,
    )
    assert.ok(budget.end().cost > 6000)
  })

  it('takes no more room than its lines', () => {
    const lines = Buffer.from('-----BEGIN RSA PRIVATE KEY-----\nno body but some letters\n')
    let letters = 0
    readPrefixed({ chars: lines, at: 0, budget: UNLIMITED }, (run) => {
      letters = Math.max(letters, run.chars.buffer.byteLength)
      return undefined
    })
    assert.ok(letters > 0 && letters < 1024, `${letters} bytes`)
  })
})
