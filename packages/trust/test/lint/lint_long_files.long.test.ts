/** `trust lint` of files that are made to be slow to read. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { lint, readRules } from '../../src/lint/index.ts'
import { scratch } from '../made_keys.ts'

const JOSE = "import { jwtVerify } from 'jose'\n"
const NOISE = '}{)(\n'.repeat(40_000)
const CALLS = 'jwtVerify('.repeat(400)
const FILES: Readonly<Record<string, string>> = {
  'a.ts': `${JOSE}${NOISE}`,
  'b.cs': `JwtBearer ${NOISE}`,
  'c.go': `golang-jwt/jwt ${NOISE}`,
  'd.java': `io.jsonwebtoken ${NOISE}`,
  'e.py': `import jwt\n${NOISE}`,
  'f.ts': `${JOSE}${CALLS}${')'.repeat(400)}`,
  'g.conf': `auth_jwt ${'a '.repeat(500_000)}`,
  'h.properties': `resourceserver\n${'a.b.c.d = e\n'.repeat(100_000)}`,
  'j.ts': `import jwt from 'jsonwebtoken'\njwt${'.a'.repeat(100_000)}`,
  'k.ts': `import jwt, { verify } from 'jsonwebtoken'\n${'f(verify, jwt, verify);'.repeat(8000)}`,
  'l.py': `${'from jwt import *\n'.repeat(100)}${'a = b + c\n'.repeat(20_000)}`,
  'm.go': `package a\nimport . "golang-jwt/jwt"\nfunc f() {${'Parse(t, f)\n'.repeat(8000)}}`,
  'i.java': `io.jsonwebtoken; class A { void f() { Jwts.parser()${'.a()'.repeat(400)}; } }`,
}

describe('hostile files', () => {
  it('long ones without an end are examined in a bounded time', { timeout: 300_000 }, async () => {
    const folder = scratch('lint')
    for (const [name, content] of Object.entries(FILES))
      writeFileSync(path.join(folder, name), content)
    const rules = readRules()
    const report = await lint(folder, { rules, allow: [], nowMs: 0, isWithAll: false })
    assert.equal(report.files + report.unread.length, Object.keys(FILES).length)
  })
})
