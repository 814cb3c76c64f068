/** Text that begins as a key and goes on with one repeated fragment: no reader may take time that grows with its square. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { scanFile } from '/work/wt/r1/packages/scan/src/scan_file.ts'

/** As far as a reader looks, and how often a head is there. */
const [REACH, TIMES] = [1 << 15, 8]
/** The slowest took 0.3 s of processor time. What grows with the square of the reach takes 15 s and more. */
const MOST_SECONDS = 5

const HEADS = [
  '-----BEGIN RSA PRIVATE KEY-----\n',
  '-----BEGIN PGP PRIVATE KEY BLOCK-----\n',
  '-----END RSA PRIVATE KEY-----',
  '"kty":"RSA"',
  '{"kty":"EC","crv":"P-256"',
  '"e":"AQAB"',
  'PuTTY-User-Key-File-3: ssh-rsa\r\n',
  '<RSAKeyValue>',
  '&lt;DSAKeyValue&gt;',
  'Private-key-format: v1.3\nAlgorithm: 8 (RSASHA256)\n',
  'PrivateKey = ',
  '(private-key (rsa (n #',
  '(11:private-key(3:rsa(1:n',
  'eyJhbGciOiJSUzI1NiJ9',
  '"refresh_token":"',
  'AGE-SECRET-KEY-1',
  'prime1:\n    00:',
  'priv:\n    00:',
]
const FRAGMENTS =
  '< > &lt; <a a a: " \\" \\ { } {" ":" "a":" ( (( ) # 1: = \n \r\n AB . eyJ / _ - 00: \0a \\n \\u003c %3C , &#'.split(
    / /,
  )

describe('a fragment that repeats behind the begin of a key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-repeated-'))
  after(() => rmSync(folder, { recursive: true }))

  for (const head of HEADS) {
    it(`${JSON.stringify(head)}: is searched in time that its length explains`, async () => {
      const path = join(folder, 'text')
      for (const fragment of [...FRAGMENTS, ' ']) {
        const text = head + fragment.repeat(REACH / fragment.length)
        writeFileSync(path, text.repeat(TIMES), 'latin1')
        const before = process.cpuUsage()
        await scanFile(path, { threads: 1 })
        const { user, system } = process.cpuUsage(before)
        const seconds = (user + system) / 1e6
        assert.ok(seconds < MOST_SECONDS, `${JSON.stringify(fragment)}: ${seconds} s`)
      }
    })
  }
})
