/** Files without a record of an access: no answer, and said so. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { mintmark } from '../../fake_io.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-nothing-'))
after(() => rmSync(root, { recursive: true, force: true }))

const SIGN_IN =
  '{"time":"2023-06-01T00:00:00Z","category":"SignInLogs","properties":{"id":"22608a25-1d9b-44b5-b0f2-cb94f06b2d00"}}\n'

describe('files without a record of an access', () => {
  for (const [name, text, says] of [
    [
      'prose',
      'nothing that is a log\n',
      /^CANNOT TELL case: \S+ No record of an access was read, .* 1 file could not be read as a log\./,
    ],
    [
      'sign-ins',
      SIGN_IN,
      /^CANNOT TELL case: \S+ No record of an access was read, so nothing could be judged\. .*unified audit log/,
    ],
  ] as const)
    it(`are no answer: ${name}`, async () => {
      const input = join(root, name)
      mkdirSync(input)
      writeFileSync(join(input, 'file'), text)
      const inCase = ['--case', join(root, `${name}-case`)]
      const { code, out } = await mintmark('investigate', input, ...inCase)
      assert.equal(code, 3)
      assert.match(out.replaceAll(/\s+/g, ' '), says)
      assert.doesNotMatch(out, /NOTHING FOUND/)
      const { out: json } = await mintmark('investigate', input, ...inCase, '--json')
      assert.match(json, /"no-access-log"/)
    })
})
